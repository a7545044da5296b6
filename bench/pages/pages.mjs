// Holds browser pages for bench: reads one command a line, of JSON, and answers
// each with one line, {"ok":…} or {"error":"…"}.
//
//   node pages.mjs http://127.0.0.1:8080
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const server = process.argv[2];
const { chromium } = createRequire(new URL('../../web/e2e/package.json', import.meta.url))('@playwright/test');

/** How long anything but an observation may take. */
const patience = 120_000;

const script = (src) => `<script src="${src}"></script>`;
const apps = {
  '/client': `${script(`${server}/zoom-meeting-6.2.0.min.js`)}<script>
    globalThis.enter = (options) => new Promise((success, error) => {
      const { ZoomMtg } = globalThis;
      ZoomMtg.init({ leaveUrl: '/left', disablePreview: true, defaultView: 'gallery', success: () => ZoomMtg.join({ ...options, passWord: options.password, success, error }), error });
    }).then(() => undefined);
    globalThis.leave = () => globalThis.ZoomMtg.leaveMeeting({});
  </script>`,
  '/component': `<div id="root" style="width:100vw;height:100vh"></div>${script(`${server}/zoom-meeting-embedded-6.2.0.min.js`)}<script>
    const client = ZoomMtgEmbedded.createClient();
    globalThis.leave = () => client.leaveMeeting();
    globalThis.enter = async (options) => {
      await client.init({ zoomAppRoot: document.getElementById('root'), language: 'en-US', customize: { video: { defaultViewType: 'gallery' } } });
      await client.join(options);
    };
  </script>`,
};
const host = createServer((request, response) => {
  const app = apps[new URL(request.url, 'http://host').pathname] ?? '';
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(`<!doctype html><meta charset="utf-8"><title>Many people</title><body style="margin:0">${app}`);
});
await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-background-networking', '--no-first-run'],
});

async function ask(path, body) {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(server + path, init);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** The pages that are open, by their view. */
const pages = new Map();

async function open({ view }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`http://127.0.0.1:${host.address().port}/${view}`, { waitUntil: 'load' });
  const { defaults } = await ask('/dev/v1/world');
  const { meetingNumber, password } = defaults;
  const { signature } = await ask('/dev/v1/signature', { meetingNumber, role: 0 });
  await page.evaluate((options) => globalThis.enter(options), { meetingNumber, password, signature, userName: `The ${view} view` });
  await page.locator('.ar-tile').first().waitFor();
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.enable');
  pages.set(view, { page, session, context });
}

/** Waits until pictures on the page move: so many of them, or all. */
async function moving({ view, least }) {
  const { page } = pages.get(view);
  await page.waitForFunction((wanted) => {
    const drawn = [...document.querySelectorAll('.ar-tile video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
    return drawn.length > 1 && drawn.filter((frames) => frames > 3).length >= (wanted ?? drawn.length);
  }, least);
}

/** Waits until the page knows of so many participants. */
async function roster({ view, count }) {
  const { page } = pages.get(view);
  const button = page.locator('.footer-participants-button__toggle-button');
  const known = async () => (await button.getAttribute('aria-label'))?.match(/\d+/)?.[0];
  for (const end = Date.now() + patience; (await known()) !== String(count); await page.evaluate(() => new Promise(requestAnimationFrame))) {
    if (Date.now() > end) throw new Error(`the page knows of ${await known()} participants, not ${count}`);
  }
}

/** The page left alone until its first picture has drawn so many frames: the tasks of 50 ms and more in that time. */
async function idle({ view, frames }) {
  const { page } = pages.get(view);
  return page.evaluate(async (wanted) => {
    const video = document.querySelector('.ar-tile video');
    const drawn = () => video.getVideoPlaybackQuality().totalVideoFrames;
    const tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({ type: 'longtask' });
    const [begin, first, pictures] = [performance.now(), drawn(), document.querySelectorAll('.ar-tile video').length];
    let screens = 0;
    while (drawn() < first + wanted) {
      await new Promise(requestAnimationFrame);
      screens++;
    }
    tasks.push(...observer.takeRecords().map((entry) => entry.duration));
    observer.disconnect();
    return { tasks, pictures, screens, seconds: (performance.now() - begin) / 1000, frames: drawn() - first };
  }, frames);
}

/** Installs the clock that times an input, from its event until what it changed is on the screen. */
async function clock(page) {
  await page.evaluate(() => {
    globalThis.painted = async (type, changed) => {
      const at = await new Promise((resolve) => addEventListener(type, (event) => resolve(event.timeStamp), { capture: true, once: true }));
      do await new Promise(requestAnimationFrame);
      while (!changed());
      // After the frame's callbacks the browser paints; the next task comes behind.
      await new Promise((resolve) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = resolve;
        channel.port2.postMessage(null);
      });
      return performance.now() - at;
    };
  });
}

/** Opens the participants panel again and again; milliseconds from the click until the list is on the screen. */
async function panel({ view, times }) {
  const { page } = pages.get(view);
  await clock(page);
  const button = page.locator('.footer-participants-button__toggle-button');
  const took = [];
  let rows = 0;
  for (let i = 0; i < times; i++) {
    await page.evaluate(() => {
      globalThis.timed = globalThis.painted('click', () => document.querySelector('.ar-rows__row'));
    });
    await button.click();
    took.push(await page.evaluate(() => globalThis.timed));
    rows = await page.locator('.ar-rows__row').count();
    await button.click();
    await page.locator('.ar-rows__row').first().waitFor({ state: 'detached' });
  }
  return { took, rows };
}

/**
 * Types and deletes a text in the search of the participants; milliseconds from
 * each key until the letter, and until the list it finds, is on the screen.
 */
async function typing({ view, text }) {
  const { page } = pages.get(view);
  await clock(page);
  const button = page.locator('.footer-participants-button__toggle-button');
  await button.click();
  await page.getByRole('searchbox').focus();
  const [letters, lists] = [[], []];
  let typed = '';
  for (const key of [...text, ...Array(text.length).fill('Backspace')]) {
    typed = key === 'Backspace' ? typed.slice(0, -1) : typed + key;
    await page.evaluate((wanted) => {
      const letter = () => document.activeElement.value === wanted;
      const list = () => {
        const names = [...document.querySelectorAll('.ar-panel--people .ar-person__name')];
        return letter() && names.length > 0 && names.every((name) => name.textContent.toLowerCase().includes(wanted));
      };
      globalThis.timed = Promise.all([globalThis.painted('keydown', letter), globalThis.painted('keydown', list)]);
    }, typed);
    await page.keyboard.press(key);
    const [letter, list] = await page.evaluate(() => globalThis.timed);
    letters.push(letter);
    lists.push(list);
  }
  await button.click();
  return { letters, lists };
}

/**
 * What a person does by and by; ends as it began. Clicks are the page's own: a
 * pointer's would wait for frames, of which a busy machine draws few.
 */
async function stir({ view }) {
  const { page } = pages.get(view);
  const click = (locator) => locator.evaluate((element) => element.click());
  const people = page.locator('.footer-participants-button__toggle-button');
  await click(people);
  await page.getByRole('searchbox').fill('guest');
  await page.locator('.ar-rows__row').first().waitFor();
  await click(people);
  const chat = page.locator('.footer-chat-button');
  await click(chat);
  await page.locator('.ar-chat').waitFor();
  await click(chat);
  for (const layout of ['Speaker View', 'Gallery View']) {
    if (view === 'client') {
      await click(page.locator('.ar-view-button'));
      await click(page.getByRole('menuitemradio', { name: layout }));
    } else {
      await click(page.getByRole('button', { name: layout, exact: true }));
    }
    await page.locator('.ar-tile video').first().waitFor();
  }
  await click(page.getByRole('button', { name: 'Next page' }));
  await page.getByRole('button', { name: 'Previous page' }).and(page.locator(':enabled')).waitFor();
  await click(page.getByRole('button', { name: 'Previous page' }));
  await page.getByRole('button', { name: 'Previous page' }).and(page.locator(':disabled')).waitFor();
}

/** What the page keeps once everything that can go is gone. */
async function heap({ view }) {
  const { session } = pages.get(view);
  // The second run frees what finalisers of the first let go.
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { bytes: usedSize, nodes, listeners: jsEventListeners };
}

/** Leaves the meeting, which ends with the view away, and closes the page. */
async function close({ view }) {
  const { page, context } = pages.get(view);
  await page.evaluate(() => void globalThis.leave());
  await page.locator('.ar-tile').first().waitFor({ state: 'detached' });
  await context.close();
  pages.delete(view);
}

async function screenshot({ view, path }) {
  await pages.get(view).page.screenshot({ path });
}

const commands = { open, moving, roster, idle, panel, typing, stir, heap, close, screenshot };
for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...rest } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ok: (await commands[name](rest)) ?? null }));
  } catch (error) {
    // What the page shows, such as that it is out of the meeting, tells more than what it did not do.
    const shown = await pages.get(rest.view)?.page.locator('body').innerText().catch(() => '');
    console.error(`pages.mjs: ${name} failed on a page that says: ${shown?.replaceAll(/\s+/g, ' ').slice(0, 400)}`);
    console.log(JSON.stringify({ error: `${name}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 2_000) }));
  }
}
await browser.close();
host.close();
