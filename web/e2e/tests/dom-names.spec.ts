import { readFile, writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { domNamesPage, found, type Place } from '../dom-names.ts';
import { expect, test } from '../fixtures.ts';

const demo = 'Demo meeting';

async function finds(page: Page, place: Place): Promise<void> {
  for (const name of found[place]) await expect(page.locator(name).first(), `${name} (${place})`).toBeAttached();
}

/** A screen to share without anybody picking one. */
async function screenToShare(page: Page): Promise<void> {
  await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const draw = canvas.getContext('2d');
    setInterval(() => draw?.fillRect(Math.random() * 600, Math.random() * 300, 40, 40), 100);
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(canvas.captureStream(10));
  });
}

/** What users see of a button. */
function look(button: Locator): Promise<string[]> {
  return button.evaluate((element) => {
    const { color, backgroundColor, fontSize, fontWeight, padding, borderRadius, minHeight, minWidth, textDecorationLine, boxShadow } = getComputedStyle(element);
    return [color, backgroundColor, fontSize, fontWeight, padding, borderRadius, minHeight, minWidth, textDecorationLine, boxShadow];
  });
}

/** The look of a link that an app puts beside the buttons of a dialog. */
async function lookOfAddedLink(page: Page): Promise<string[]> {
  await page.locator('.zm-modal-footer-default').evaluate((footer) => {
    footer.insertAdjacentHTML('beforeend', '<a class="zm-btn zm-btn--primary" href="#help">Help</a>');
  });
  return look(page.locator('.zm-modal-footer-default a'));
}

test('the page of the documents lists them', async () => {
  const file = new URL('../../../docs/developers/dom-names.md', import.meta.url);
  if (process.env['UPDATE_DOCS']) await writeFile(file, domNamesPage());
  expect(await readFile(file, 'utf8')).toBe(domNamesPage());
});

test('client view: ids, class names and labels that apps look for', async ({ world, people }) => {
  const [grace, ada, linus] = await Promise.all([people.open('client'), people.open('client'), people.open('client')]);
  await finds(grace.page, 'script');

  await grace.init({ disablePreview: false });
  await grace.join({ ...(await world.joinOptions(demo, 'Grace')), password: 'certainly-wrong' }).catch(() => undefined);
  await finds(grace.page, 'client-refused');
  expect(await lookOfAddedLink(grace.page)).toEqual(await look(grace.page.locator('.zm-modal .zm-btn--primary').first()));
  await grace.join({ ...(await world.joinOptions(demo, 'Grace')), signature: 'x.y.z' }).catch(() => undefined);
  await finds(grace.page, 'client-refused-finally');

  await linus.init({ disablePreview: false, audioPanelAlwaysOpen: true });
  const joined = linus.join(await world.joinOptions(demo, 'Linus'));
  await finds(linus.page, 'client-preview');
  await linus.page.locator('#pc-join').click();
  expect(await joined).toHaveProperty('success');
  await finds(linus.page, 'client-audio');
  await expect(linus.page.locator(`video-player[node-id="${await linus.userId()}"]`)).toBeVisible();
  await linus.leave();

  await ada.enter({ ...(await world.hostOptions(demo, 'Ada')), userEmail: 'ada@demo.example' }, { audioPanelAlwaysOpen: true });
  await finds(ada.page, 'client');
  for (const tag of ['div', 'button']) {
    await ada.page.locator(`${tag}[aria-label="More meeting control "]`).click();
    await expect(ada.page.getByRole('menu'), `opened by the ${tag}`).toBeVisible();
    await ada.page.keyboard.press('Escape');
    await expect(ada.page.getByRole('menu')).toBeHidden();
  }
  expect(await ada.page.evaluate(() => ['username', 'useremail'].map((name) => sessionStorage.getItem(`zmmtg-root__${name}`)))).toEqual(['Ada', 'ada@demo.example']);

  await grace.init({ disablePreview: true, defaultView: 'gallery' });
  await grace.mustJoin(await world.joinOptions(demo, 'Grace'));
  await finds(grace.page, 'client-gallery');
  await expect(grace.page.locator('.footer-button__number-counter')).toHaveText('2');
  await screenToShare(ada.page);
  await ada.button('Share Screen').click();
  await finds(ada.page, 'client-two');
  await finds(grace.page, 'client-share');
});

test('client view: names on the pages of people who wait', async ({ world, people }) => {
  const [early, guest, host] = await Promise.all([people.open('client'), people.open('client'), people.open('component')]);
  await early.init();
  await early.join(await world.joinOptions('Only after the host', 'Linus'));
  await finds(early.page, 'client-waiting-host');
  await early.page.locator('.leave-btn').click();
  await early.page.waitForURL('**/left');

  await host.enter(await world.hostOptions('Waiting room'));
  await guest.enter(await world.joinOptions('Waiting room', 'Grace'));
  await finds(guest.page, 'client-waiting-room');
  await guest.page.locator('.leave-btn').click();
  await guest.page.waitForURL('**/left');
});

test('component view: ids, class names and labels that apps look for', async ({ world, people }) => {
  const [ada, grace] = await Promise.all([people.open('component'), people.open('component')]);
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  await finds(ada.page, 'component');
  await ada.startCamera();
  await finds(ada.page, 'component-camera');
  await ada.page.locator('button[title=Leave]').click();
  await finds(ada.page, 'component-menu');
  await ada.page.keyboard.press('Escape');
  await ada.page.locator('button[title="Gallery View"]').click();
  await finds(ada.page, 'component-gallery');
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await screenToShare(ada.page);
  await ada.button('Share Screen').click();
  await finds(grace.page, 'component-share');
});

test('client view: the cookie names the language', async ({ world, people, app }) => {
  const german = await people.open('client', { before: (context) => context.addCookies([{ name: '_zm_lang', value: 'de-DE', url: app.origin }]) });
  await german.enter(await world.joinOptions(demo, 'Grace'));
  await expect(german.page.locator('#wc-footer')).toBeVisible();
  expect(await german.page.evaluate(() => (window as unknown as { ZoomMtg: { i18n: { getCurrentLang(): string } } }).ZoomMtg.i18n.getCurrentLang())).toBe('de-DE');
});
