import { expect, test } from '../fixtures.ts';
import type { Person } from '../person.ts';

const demo = 'Demo meeting';

/** Opens what a toolbar button opens and chooses an entry. */
async function choose(person: Person, button: string | RegExp, entry: string): Promise<void> {
  await person.page.getByRole('button', { name: button }).click();
  await person.page.getByRole('menuitem', { name: entry, exact: true }).click();
}

for (const view of ['component', 'client'] as const) {
  test(`${view} view: reactions, the hand, chat with hosts and taking a message back are seen by the other page`, async ({ world, people }) => {
    const [ada, grace] = await Promise.all([people.open('component'), people.open(view)]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    const graceId = await grace.userId();

    await choose(grace, 'Reactions', 'Celebration');
    await expect(ada.page.locator(`[data-user-id="${graceId}"] .ar-tile__reaction`)).toHaveText('🎉');
    await expect(ada.page.locator('#aria-notify-area, [role="status"]').filter({ hasText: 'Grace: Celebration' }).first()).toBeAttached();
    await choose(grace, 'Reactions', 'Raise hand');
    await expect.poll(async () => (await ada.roster()).find((a) => a.userId === graceId)?.['bRaiseHand']).toBe(true);
    await grace.page.getByRole('button', { name: 'Lower hand' }).click();
    await expect.poll(async () => (await ada.roster()).find((a) => a.userId === graceId)?.['bRaiseHand']).toBe(false);

    await grace.page.getByRole('button', { name: /^Open the chat/ }).click();
    await grace.page.getByRole('combobox').selectOption('hosts');
    await grace.page.getByRole('textbox', { name: 'Write a message' }).fill('for the hosts alone');
    await grace.page.keyboard.press('Enter');
    await expect.poll(() => ada.chat()).toEqual(['for the hosts alone']);
    await ada.page.getByRole('button', { name: /^Open the chat/ }).click();
    const seen = ada.page.getByRole('log').getByText('for the hosts alone');
    await expect(seen).toBeVisible();
    await grace.page.getByText('for the hosts alone').hover();
    await grace.page.getByRole('button', { name: 'Delete message' }).click();
    await expect(seen).toHaveCount(0);
  });

  test(`${view} view: the settings choose a background, a mirror, and show how the connection fares`, async ({ world, people }) => {
    test.slow();
    const [ada, grace] = await Promise.all([people.open('component'), people.open(view)]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    const graceId = await grace.userId();
    await grace.startCamera();
    await ada.expectMovingVideo(graceId);

    await grace.page.getByRole('button', { name: /^More meeting control/ }).click();
    await grace.page.getByRole('menuitem', { name: 'Settings' }).click();
    const dialog = grace.page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('tab', { name: 'Statistics' }).click();
    await expect(dialog.getByRole('row', { name: /^Video sent .*\d+×\d+/ })).toBeVisible();
    await dialog.getByRole('tab', { name: 'Video' }).click();
    const own = grace.page.locator(`[data-user-id="${graceId}"] video`).first();
    const mirror = dialog.getByRole('checkbox', { name: 'Mirror my video' });
    const before = await mirror.isChecked();
    await mirror.setChecked(!before);
    await expect.poll(async () => (await own.evaluate((video) => getComputedStyle(video).scale)).startsWith('-1')).toBe(!before);
    await dialog.getByRole('tab', { name: 'Background' }).click();
    const blur = dialog.getByRole('radio', { name: 'Blur' });
    await blur.click();
    await expect(blur).toHaveAttribute('aria-checked', 'true', { timeout: 60_000 });
    // What the other page gets of a background is proved beside the functions for it.
    await dialog.getByRole('radio', { name: 'None' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
  });
}

test('stopping incoming audio mutes everybody, until it is allowed again', async ({ world, people }) => {
  const [ada, grace] = await Promise.all([people.open('component'), people.open('client')]);
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await ada.startMicrophone();
  await grace.expectAudio();
  await grace.page.getByRole('button', { name: 'Audio options' }).click();
  await grace.page.getByRole('menuitemcheckbox', { name: 'Stop incoming audio' }).click();
  expect(await grace.page.evaluate(() => [...document.querySelectorAll('audio')].every((audio) => audio.muted || audio.volume === 0 || audio.paused))).toBe(true);
  await grace.page.getByRole('button', { name: 'Audio options' }).click();
  await grace.page.getByRole('menuitemcheckbox', { name: 'Stop incoming audio' }).click();
  await grace.expectAudio();
});
