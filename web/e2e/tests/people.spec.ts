import { expect, test, views } from '../fixtures.ts';

const demo = 'Demo meeting';

for (const view of views) {
  test(`${view} view: a host gets notices of hands and guests, writes to the waiting room, and sees what is private`, async ({ world, people }) => {
    const [ada, grace] = await Promise.all([people.open(view), people.open(view === 'client' ? 'component' : 'client')]);
    await ada.enter(await world.hostOptions(demo));
    const alone = ada.page.getByRole('region', { name: 'You’re the only one here' });
    if (view === 'client') await expect(alone).toContainText('Copy invitation');
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await expect(alone).toHaveCount(0);
    const live = ada.page.locator('[aria-live="polite"]');
    await expect(live.filter({ hasText: 'Grace joined' }).first()).toBeAttached();

    await grace.page.getByRole('button', { name: 'Reactions' }).click();
    await grace.page.getByRole('menuitem', { name: 'Raise hand' }).click();
    await expect(live.filter({ hasText: 'Grace raised a hand' }).first()).toBeAttached();
    await ada.page.getByRole('button', { name: 'Lower Grace’s hand' }).click();
    await expect(ada.page.getByText('Grace raised a hand', { exact: true }).and(ada.page.locator('.ar-toast *'))).toHaveCount(0);
    await expect(grace.page.getByRole('img', { name: 'hand raised' })).toHaveCount(0);

    const [guestId, hostId] = [await grace.userId(), await ada.userId()];
    const send = async (from: typeof ada, text: string, userId: number) => (from.view === 'client' ? from.call('sendChat', { message: text, userId }) : from.call('sendChat', text, userId));
    await send(grace, 'Psst', hostId);
    await ada.page.getByRole('button', { name: /^Private message from Grace/ }).click();
    const to = ada.page.getByRole('combobox', { name: 'To' });
    await expect(to).toHaveValue(String(guestId));
    const input = ada.page.getByRole('textbox', { name: 'Write privately to Grace' });
    await input.fill('Yes?');
    await input.press('Enter');
    await expect(ada.page.getByRole('log')).toContainText('Privately to Grace');
    await expect(to).toHaveValue(String(guestId));
    await ada.page.keyboard.press('Escape');

    await ada.call('putOnHold', ...(view === 'client' ? [{ userId: guestId, hold: true }] : [guestId, true]));
    await ada.page.getByRole('button', { name: 'Admit Grace' }).waitFor();
    await ada.page.getByRole('button', { name: /^Open the chat/ }).click();
    await to.selectOption('waitingRoom');
    for (const text of ['<b>Five minutes</b>', 'Now']) {
      const texts = ada.page.getByRole('textbox', { name: 'Write a message' });
      await texts.fill(text);
      await texts.press('Enter');
      await expect(texts).toHaveValue('');
    }
    const news = grace.page.getByRole('log');
    await expect(news.locator('.ar-message__text')).toHaveText(['<b>Five minutes</b>', 'Now']);
    await ada.page.getByRole('button', { name: 'Admit Grace' }).click();
    await expect(news).toHaveCount(0);
    await expect.poll(() => grace.names()).toContain('Grace');
  });
}

test('an invitation by a host with a ZAK has the passcode, also where copying is refused', async ({ world, people }) => {
  const host = await people.open('client', {
    before: (context) => context.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
    }),
  });
  const { password = '', ...options } = await world.hostOptions(demo);
  await host.enter(options, { inviteUrlFormat: 'https://app.example/{0}?p={1}' });
  const card = host.page.getByRole('region', { name: 'You’re the only one here' });
  await card.getByRole('button', { name: 'Copy invitation' }).click();
  const text = card.getByRole('textbox', { name: 'Invitation' });
  await expect(text).toBeFocused();
  const number = options.meetingNumber;
  await expect(text).toHaveValue(new RegExp(`https://app\\.example/${number}\\?p=[^\\s]+\\n(.|\\n)*Passcode: \\S+`));
  if (password) await expect(text).toHaveValue(new RegExp(password));
  expect(await text.evaluate((field: HTMLTextAreaElement) => field.selectionEnd - field.selectionStart === field.value.length)).toBe(true);
  await expect(card.getByRole('status')).toContainText('did not allow copying');
});
