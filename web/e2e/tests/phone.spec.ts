import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';

const upright = { width: 390, height: 844 };
const lying = { width: 844, height: 390 };

/** A second camera that looks away from the person. */
async function backCamera(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const { mediaDevices } = navigator;
    const [list, open] = [mediaDevices.enumerateDevices.bind(mediaDevices), mediaDevices.getUserMedia.bind(mediaDevices)];
    mediaDevices.enumerateDevices = async () => {
      const all = (await list()).filter((device) => device.kind !== 'videoinput' || !device.label.includes('device_1'));
      return [...all, { kind: 'videoinput', deviceId: 'back', groupId: 'back', label: 'Back camera', toJSON: () => ({}) } as MediaDeviceInfo];
    };
    mediaDevices.getUserMedia = async (wanted) => {
      const video = typeof wanted?.video === 'object' ? wanted.video : undefined;
      if (!video || !JSON.stringify(video.deviceId ?? '').includes('"back"')) return open(wanted);
      const stream = await open({ ...wanted, video: { ...video, deviceId: [] } });
      for (const track of stream.getVideoTracks()) {
        const settings = track.getSettings.bind(track);
        track.getSettings = () => ({ ...settings(), deviceId: 'back', facingMode: 'environment' });
      }
      return stream;
    };
  });
}

/** The sizes of buttons that a finger may miss. */
async function tooSmall(buttons: Locator): Promise<string[]> {
  return buttons.evaluateAll((all) => all.flatMap((button) => {
    const { width, height } = button.getBoundingClientRect();
    return width === 0 || Math.min(width, height) >= 43.5 ? [] : [`${button.getAttribute('aria-label') ?? ''} ${width}×${height}`];
  }));
}

/** What the notices cover of what people look at. */
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const notices = [...document.querySelectorAll('.ar-toast, .ar-banner')].map((element) => element.getBoundingClientRect()).filter(({ width }) => width > 0);
    const looked = [...document.querySelectorAll('.ar-tile, .ar-badge, .ar-panel, .ar-header, .ar-widget__head, .ar-toolbar')];
    return looked.filter((element) => {
      const box = element.getBoundingClientRect();
      return notices.some((notice) => notice.left < box.right && notice.right > box.left && notice.top < box.bottom - 0.5 && notice.bottom > box.top + 0.5);
    }).map((element) => element.className);
  });
}

test('a phone: whole people, large targets, notices that cover nobody, two cameras, upright and lying', async ({ world, people }) => {
  test.slow();
  const [grace, ada] = await Promise.all([people.open('client', { viewport: upright, hasTouch: true, isMobile: true, before: backCamera }), people.open('component')]);
  const { page } = grace;
  const notice = page.locator('.ar-toast--asks');
  await grace.enter(await world.hostOptions('Waiting room', 'Grace'));
  const graceId = await grace.userId();

  await test.step('the card of somebody who waits covers neither the chat nor names', async () => {
    await page.getByRole('button', { name: /^Open the chat/ }).tap();
    await expect(page.getByRole('log')).toBeVisible();
    await ada.enter(await world.joinOptions('Waiting room', 'Ada'));
    await expect(notice).toBeVisible();
    await expect.poll(() => covered(page)).toEqual([]);
    expect(await page.locator('.ar-composer textarea').evaluate((field) => parseFloat(getComputedStyle(field).fontSize))).toBeGreaterThanOrEqual(16);
    await page.locator('.ar-panel__head button').tap();
    await expect.poll(() => covered(page)).toEqual([]);
    await notice.getByRole('button', { name: 'Admit Ada' }).tap();
  });

  await test.step('the search of the participants waits for a finger', async () => {
    await page.getByRole('button', { name: /participants/i }).first().tap();
    const search = page.getByRole('searchbox');
    await expect(search).toBeVisible();
    await expect(search).not.toBeFocused();
    expect(await search.evaluate((field) => parseFloat(getComputedStyle(field).fontSize))).toBeGreaterThanOrEqual(16);
    expect(await tooSmall(page.locator('.ar-panel button, .ar-panel input'))).toEqual([]);
    await page.locator('.ar-panel__head button').tap();
  });

  const adaId = await ada.userId();
  await ada.startCamera();
  await grace.startCamera();
  await grace.expectMovingVideo(adaId);
  const main = page.locator(`[data-user-id="${adaId}"]`).first();
  const own = page.locator(`[data-user-id="${graceId}"] video`).first();
  for (const viewport of [{ width: 320, height: 640 }, upright, lying]) {
    await test.step(`${viewport.width} × ${viewport.height}`, async () => {
      await page.setViewportSize(viewport);
      await expect(page.locator('.footer__leave-btn')).toBeInViewport({ ratio: 1 });
      await expect(main.locator('video')).toHaveCSS('object-fit', 'contain');
      // The sides show the video itself, not black.
      await expect.poll(() => main.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(16, 8, 1, 1).data[3])).toBe(255);
      await expect(own).toHaveCSS('object-fit', 'cover');
      expect(await tooSmall(page.locator('.ar-header button, .ar-toolbar button, .ar-stage button'))).toEqual([]);
      expect(await covered(page)).toEqual([]);
    });
  }

  await test.step('the picture of the camera at the back is no mirror', async () => {
    await expect(own).toHaveCSS('scale', '-1 1');
    await page.getByRole('button', { name: 'Switch camera' }).tap();
    await expect(own).toHaveCSS('scale', 'none');
    await page.setViewportSize(upright);
    await expect(page.getByRole('button', { name: 'Switch camera' })).toHaveCount(0);
    await page.getByRole('button', { name: /^More meeting control/ }).tap();
    expect(await tooSmall(page.getByRole('menuitem'))).toEqual([]);
    await page.getByRole('menuitem', { name: 'Switch camera' }).tap();
    await expect(own).toHaveCSS('scale', '-1 1');
  });
});

test('a phone, Component View: whoever is alone can invite, and the logo of the start page keeps its size', async ({ world, people, server }) => {
  const person = await people.open('component', { viewport: upright, hasTouch: true, isMobile: true });
  await person.enter(await world.hostOptions('Demo meeting', 'Grace'));
  const card = person.page.getByRole('region', { name: 'You’re the only one here' });
  await expect(card.getByRole('button', { name: 'Copy invitation' })).toBeInViewport({ ratio: 1 });
  const [box, badge] = [await card.boundingBox(), await person.page.locator('.ar-tile .ar-badge').boundingBox()];
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(badge?.y ?? 0);
  await person.page.goto(server.url);
  expect(await person.page.locator('.top svg').boundingBox()).toMatchObject({ width: 36, height: 36 });
  await expect(person.page.locator('#codes a.button').first()).toBeVisible();
  for (const path of ['/', '/demo/reproduce?code=3004', '/demo/app/left', '/docs/errors', '/docs/errors/3009', '/docs/errors/3712']) {
    await person.page.goto(`${server.url}${path}`);
    expect(await tooSmall(person.page.locator('a:not(p a), button, select, input:not([type=radio])')), path).toEqual([]);
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth), path).toBe(upright.width);
  }
});

test('a phone: whoever waits is not hidden behind a hand and a message', async ({ preview, browser }) => {
  const context = await browser.newContext({ viewport: upright, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  for (const [view, shown] of [['client', ['waiting room', 'Message from']], ['component', ['waiting room']]] as const) {
    await page.goto(preview.address({ view, tiles: 5, width: 358 }));
    const notices = page.locator('.ar-toast:visible');
    await expect(notices, view).toHaveCount(shown.length);
    for (const [i, text] of shown.entries()) await expect(notices.nth(i), view).toContainText(text);
  }
  await context.close();
});

test('a phone on its side: a dialog ends where the screen does', async ({ preview, browser }) => {
  const context = await browser.newContext({ viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(preview.address({ tiles: 5 }));
  await page.getByRole('button', { name: /^More meeting control/ }).tap();
  await page.getByRole('menuitem', { name: 'Settings' }).tap();
  await expect(page.getByRole('button', { name: 'Done' })).toBeInViewport({ ratio: 1 });
  await context.close();
});
