import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';

const demo = 'Demo meeting';
const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const sizes = [
  { name: 'wide', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
];

test.beforeAll(async () => {
  await mkdir(folder, { recursive: true });
});

/** Nothing may stick out at the side of the page. */
async function fits(page: Page): Promise<void> {
  const { wide, room } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth }));
  expect(wide, 'the page does not scroll sideways').toBeLessThanOrEqual(room);
}

for (const { name, viewport } of sizes) {
  const shot = async (page: Page, what: string): Promise<void> => {
    await fits(page);
    await page.screenshot({ path: `${folder}${name}-${what}.png` });
  };

  test(`${name}: both views with two people, their panels`, async ({ world, people }) => {
    test.slow();
    const [grace, linus] = await Promise.all([people.open('component', { viewport }), people.open('client', { viewport })]);
    await grace.enter(await world.hostOptions(demo, 'Grace Hopper'));
    await linus.init({ disablePreview: false });
    const joined = linus.join(await world.joinOptions(demo, 'Linus Pauling'));
    await expect(linus.page.locator('.ar-preview video')).toBeVisible();
    await expect.poll(() => linus.page.locator('.ar-preview video').evaluate((v: HTMLVideoElement) => v.getVideoPlaybackQuality().totalVideoFrames)).toBeGreaterThan(5);
    await shot(linus.page, 'client-preview');
    await linus.page.locator('#pc-join').click();
    expect(await joined).toHaveProperty('success');
    await grace.startMicrophone();
    await grace.startCamera();
    await grace.expectMovingVideo(await linus.userId());
    await linus.expectMovingVideo(await grace.userId());
    await grace.sendChat('Good morning! Shall we begin?');
    await linus.sendChat('Yes, the slides are at https://example.com/lesson-7');
    await expect.poll(() => grace.chat()).toHaveLength(2);

    for (const person of [grace, linus]) {
      await shot(person.page, `${person.view}-meeting`);
      const panel = (button: RegExp) => person.page.getByRole('button', { name: button });
      await panel(/^Open the chat/).click();
      await expect(person.page.getByRole('log')).toContainText('Shall we begin?');
      await shot(person.page, `${person.view}-chat`);
      await person.page.keyboard.press('Escape');
      if (await person.page.getByRole('log').isVisible()) await panel(/^Open the chat/).click();
      await panel(/participants/i).first().click();
      await expect(person.page.locator('.ar-person__name').first()).toBeVisible();
      await shot(person.page, `${person.view}-participants`);
    }
  });

  test(`${name}: refused, waiting, over, the start page`, async ({ world, people, server }) => {
    const [refused, waiting, host] = await Promise.all([people.open('client', { viewport }), people.open('client', { viewport }), people.open('component')]);
    await refused.init();
    await refused.join({ ...(await world.joinOptions(demo, 'Grace Hopper')), password: 'certainly-wrong' });
    await expect(refused.page.getByRole('alertdialog')).toBeVisible();
    await shot(refused.page, 'client-refusal');

    await waiting.init();
    await waiting.join(await world.joinOptions('Only after the host', 'Linus Pauling'));
    await expect(waiting.page.getByText('Waiting for the host')).toBeVisible();
    await shot(waiting.page, 'client-waiting-for-host');

    await refused.page.reload();
    await host.enter(await world.hostOptions('Waiting room'));
    await refused.enter(await world.joinOptions('Waiting room', 'Grace Hopper'));
    await expect(refused.page.getByText('The host will let you in soon')).toBeVisible();
    await shot(refused.page, 'client-waiting-room');
    await host.call('admitAll');
    await expect.poll(() => refused.names()).toHaveLength(2);
    await host.call('expel', await refused.userId());
    await expect(refused.page.getByText('You were removed from this meeting')).toBeVisible();
    await shot(refused.page, 'client-removed');

    const page = await refused.context.newPage();
    await page.goto(server.url);
    await expect(page.locator('#credentials')).toContainText('SDK key');
    await fits(page);
    await page.screenshot({ path: `${folder}${name}-start.png`, fullPage: true });
    await page.goto(`${server.url}/docs/errors/4012`);
    await shot(page, 'error-page');
  });
}
