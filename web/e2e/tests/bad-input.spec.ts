import { chromium, type Browser, type BrowserContext } from '@playwright/test';
import { expect, People, test as base, views } from '../fixtures.ts';
import type { Person } from '../person.ts';
import { expectConnected } from '../refusals.ts';

const demo = 'Demo meeting';

/** Browsers with other devices and permissions than the usual one. */
const test = base.extend<{ peopleWith: (args: string[]) => Promise<People> }>({
  peopleWith: async ({ app, server }, use) => {
    const opened: { browser: Browser; people: People }[] = [];
    await use(async (args) => {
      const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', ...args] });
      const people = new People(browser, app, server.url);
      opened.push({ browser, people });
      return people;
    });
    for (const { browser, people } of opened) {
      await people.close();
      await browser.close();
    }
  },
});

const zalgo = `Z${'\u0300\u0301\u0316\u0317\u0334'.repeat(20)}algo`;
/** What the server leaves out of a name: what turns the direction of the text around it, and marks of byte order. */
const turns = /[\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/** Hostile names, none longer than a name may be. */
const names = [
  `<img src=x onerror="executed('name')">`,
  `"><svg onload=executed('svg')>`,
  `javascript:executed('address')`,
  '{{constructor.constructor("executed(1)")()}}',
  '\u202Egnp.exe tsoh eht',
  'Ada\u2066\u202D\u2067 (host)',
  zalgo,
  'A\u200B\u200Cd\u200D\uFEFFa',
  'W'.repeat(128),
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(20),
];
/** The one thing a name is refused for, at the gate and in a rename alike. */
const scriptTag = '<script>executed(1)</script>';
const texts = [...names, scriptTag, 'https://example.com/"onmouseover="executed(1)', 'x'.repeat(900), `${zalgo}\n${zalgo}\n`.repeat(3).trim(), '\u202E https://example.com/moc.live'];

/** Everything that would be executed, and dialogs. */
async function trap(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen: unknown[] = [];
    Object.assign(window, { executions: seen, executed: (what: unknown) => seen.push(what) });
  });
}

async function expectNothingExecuted(person: Person, dialogs: string[]): Promise<void> {
  expect(await person.page.evaluate(() => (window as unknown as { executions: unknown[] }).executions)).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(await person.events('page error')).toEqual([]);
  expect(await person.page.locator('.anteroom img[onerror], .anteroom svg[onload], .anteroom a[href^="javascript:"], .anteroom script').count()).toBe(0);
}

/** Nothing of the view is wider than its place. */
async function expectLayoutHolds(person: Person): Promise<void> {
  const wide = await person.page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll<HTMLElement>('.ar-app, .ar-panel, .ar-stage, .ar-toasts')];
    return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.tagName} ${box.className}: ${box.scrollWidth} > ${box.clientWidth}`);
  });
  expect(wide).toEqual([]);
}

for (const view of views) {
  test(`hostile names and chat in ${view} view are shown and do nothing`, async ({ world, people }, info) => {
    test.slow();
    const [grace, mallory] = await Promise.all([people.open(view, { before: trap }), people.open('component')]);
    const dialogs: string[] = [];
    grace.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await mallory.enter(await world.joinOptions(demo, 'Mallory'));
    const id = await mallory.userId();
    await grace.button('participants').or(grace.page.getByRole('button', { name: /participants/i })).first().click();
    for (const name of names) {
      expect(await mallory.call('rename', name, id)).toEqual({ resolved: '' });
      await expect.poll(async () => (await grace.roster()).find((p) => p.userId === id)?.userName).toBe(name.replace(turns, ''));
      await expectLayoutHolds(grace);
    }
    for (const bad of [scriptTag, 'W'.repeat(129), 'W'.repeat(100_000)]) {
      expect((await mallory.call('rename', bad, id)).rejected).toMatchObject({ type: 'INVALID_PARAMETERS' });
    }
    await mallory.call('rename', zalgo, id);
    await grace.page.screenshot({ path: info.outputPath('names.png') });
    await grace.page.getByRole('button', { name: /chat/i }).first().click();
    for (const text of texts) {
      expect(await mallory.sendChat(text)).toHaveProperty('resolved');
      await expect.poll(() => grace.chat()).toContain(text);
    }
    expect((await mallory.sendChat('x'.repeat(100_000))).rejected).toMatchObject({ type: 'INVALID_PARAMETERS' });
    await expectLayoutHolds(grace);
    await grace.page.screenshot({ path: info.outputPath('chat.png') });
    // What is read aloud is bounded, however long a name is.
    const aloud = await grace.page.evaluate(() => [...document.querySelectorAll('[aria-live], [role="status"]')].map((region) => region.textContent?.length ?? 0));
    expect(Math.max(0, ...aloud)).toBeLessThan(400);
    await expectNothingExecuted(grace, dialogs);
  });

  test(`a denied camera and microphone in ${view} view: shown as text, and the meeting goes on`, async ({ world, peopleWith }, info) => {
    const people = await peopleWith(['--use-fake-device-for-media-stream', '--deny-permission-prompts']);
    const grace = await people.open(view, { permissions: [] });
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await grace.button('start my video').click();
    await expect(grace.page.getByText('Your browser is blocking the camera. Allow it from the address bar').first()).toBeVisible();
    await grace.button('join audio').click();
    await expect(grace.page.getByText('Your browser is blocking the microphone. Allow it from the address bar').first()).toBeVisible();
    await grace.page.screenshot({ path: info.outputPath('denied.png') });
    expect(await grace.sendChat('still here')).not.toHaveProperty('rejected');
    expect((await grace.self())?.video).toBe(false);
  });

  test(`no camera and no microphone in ${view} view: shown as text, and the meeting goes on`, async ({ world, peopleWith }, info) => {
    const people = await peopleWith(['--use-fake-ui-for-media-stream']);
    const grace = await people.open(view);
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await grace.button('start my video').click();
    await expect(grace.page.getByText('No camera found. Connect one').first()).toBeVisible();
    await grace.button('join audio').or(grace.button('unmute my microphone')).click();
    await expect(grace.page.getByText('No microphone found. Connect one').first()).toBeVisible();
    await grace.page.screenshot({ path: info.outputPath('missing.png') });
    expect(await grace.sendChat('still here')).not.toHaveProperty('rejected');
  });

  test(`a camera and a microphone unplugged in ${view} view`, async ({ world, people }, info) => {
    test.slow();
    const grace = await people.open(view, {
      before: (context) =>
        context.addInitScript(() => {
          const media = navigator.mediaDevices;
          const open = media.getUserMedia.bind(media);
          const tracks: MediaStreamTrack[] = [];
          let gone = false;
          media.getUserMedia = async (constraints) => {
            if (gone) throw new DOMException('Requested device not found', 'NotFoundError');
            const stream = await open(constraints);
            tracks.push(...stream.getTracks());
            return stream;
          };
          Object.assign(window, {
            plug: (there: boolean) => {
              gone = !there;
              if (gone) for (const track of tracks.splice(0)) {
                track.stop();
                track.dispatchEvent(new Event('ended'));
              }
              media.dispatchEvent(new Event('devicechange'));
            },
          });
        }),
    });
    const linus = await people.open('component');
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    await grace.startCamera();
    await grace.startMicrophone();
    const id = await grace.userId();
    await linus.expectMovingVideo(id);
    const plug = (there: boolean): Promise<void> => grace.page.evaluate((on) => (window as unknown as { plug(there: boolean): void }).plug(on), there);
    await plug(false);
    await expect(grace.page.getByText('Your camera was disconnected. Plug it in again').first()).toBeVisible();
    await expect(grace.page.getByText('Your microphone was disconnected. Plug it in again').first()).toBeVisible();
    await grace.page.screenshot({ path: info.outputPath('unplugged.png') });
    await expect(grace.button('start my video')).toBeVisible();
    await expect(grace.button('join audio')).toBeVisible();
    await expect.poll(async () => (await linus.roster()).find((p) => p.userId === id)?.video).toBe(false);
    await plug(true);
    await grace.startCamera();
    await linus.expectMovingVideo(id);
  });

  test(`a tab that slept in ${view} view goes on where it was`, async ({ world, people }) => {
    test.slow();
    const [grace, ada] = await Promise.all([people.open(view), people.open('component')]);
    await ada.enter(await world.hostOptions(demo));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await ada.startCamera();
    await grace.expectMovingVideo(await ada.userId());
    const id = await grace.userId();
    const devtools = await grace.context.newCDPSession(grace.page);
    // The events of a frozen page, which the DevTools protocol alone does not fire.
    await grace.page.evaluate(() => void window.dispatchEvent(new Event('freeze')));
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await ada.sendChat('while you slept');
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    // The media engine leaves by itself when a tab is put to sleep; a break of less than 1.5 s is no event.
    await expectConnected(grace, 45_000);
    await expect.poll(() => grace.chat()).toEqual(['while you slept']);
    expect(await grace.userId()).toBe(id);
    await grace.expectMovingVideo(await ada.userId());
  });

  test(`a page without storage in ${view} view meets the others`, async ({ world, people }) => {
    const grace = await people.open(view, {
      before: (context) =>
        context.addInitScript(() => {
          for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
            Object.defineProperty(window, name, {
              get() {
                throw new DOMException('The operation is insecure.', 'SecurityError');
              },
            });
          }
          Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
        }),
    });
    const linus = await people.open('client');
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await expect.poll(() => linus.names()).toEqual(['Grace', 'Linus']);
    await grace.startCamera();
    await linus.expectMovingVideo(await grace.userId());
    expect(await grace.events('page error')).toEqual([]);
    await grace.leave();
    await expect.poll(() => linus.names()).toEqual(['Linus']);
  });

  test(`two tabs of one person in ${view} view are two participants`, async ({ world, people }) => {
    const first = await people.open(view);
    const second = await people.openBeside(first, view);
    const options = await world.joinOptions(demo, 'Grace');
    await first.enter(options);
    await second.enter(options);
    await expect.poll(() => first.names()).toEqual(['Grace', 'Grace']);
    expect(await first.userId()).not.toBe(await second.userId());
    await second.leave();
    await expect.poll(() => first.names()).toEqual(['Grace']);
    expect(await first.sendChat('still here')).not.toHaveProperty('rejected');
  });

  for (const days of [-1, 1]) {
    test(`a clock wrong by ${days} day in ${view} view`, async ({ world, people }) => {
      const grace = await people.open(view, {
        before: (context) =>
          context.addInitScript((shift) => {
            const Real = Date;
            const now = (): number => Real.now() + shift;
            window.Date = class extends Real {
              constructor(...args: ConstructorParameters<typeof Real> | []) {
                if (args.length === 0) super(now());
                else super(...args);
              }
              static override now = now;
            } as DateConstructor;
          }, days * 86_400_000),
      });
      const linus = await people.open('component');
      await linus.enter(await world.joinOptions(demo, 'Linus'));
      await grace.enter(await world.joinOptions(demo, 'Grace'));
      await linus.startCamera();
      await grace.expectMovingVideo(await linus.userId());
      await linus.sendChat('what time is it?');
      await expect.poll(() => grace.chat()).toEqual(['what time is it?']);
      expect(await grace.events('page error')).toEqual([]);
    });
  }
}
