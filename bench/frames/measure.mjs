// Times joins until the first remote frame in real browsers: Component View's
// join() against bare livekit-client on the same server, in turn; and a host's
// join from a new tab against the first one, whose tab is closed. Prints one line of
// JSON: {"sdk":[ms…],"bare":[ms…],"first":[ms…],"back":[ms…],"marks":{"sdk":[{step: ms}…],…}}.
//
//   node measure.mjs http://127.0.0.1:8080 20
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const [server, runs] = [process.argv[2], Number(process.argv[3] ?? 10)];
const web = createRequire(new URL('../../web/e2e/package.json', import.meta.url));
const sdk = createRequire(new URL('../../web/meetingsdk/package.json', import.meta.url));
const { chromium } = web('@playwright/test');

/** How long one join may take. */
const patience = 30_000;
/** How long a loaded page rests before its person presses the button. */
const rest = 500;

/** What the host page serves: two pages of an app, and the libraries of the bare one. */
async function hostPages() {
  const here = (name) => new URL(name, import.meta.url);
  const html = (scripts, body) => `<!doctype html><meta charset="utf-8"><title>First frame</title>${scripts}<body style="margin:0">${body}`;
  const script = (src) => `<script src="${src}"></script>`;
  const livekit = path.join(path.dirname(sdk.resolve('livekit-client')), 'livekit-client.umd.js');
  const centrifuge = path.join(path.dirname(sdk.resolve('centrifuge')), '../dist/centrifuge.js');
  const files = new Map([
    ['/bare', ['text/html', html(script('/livekit.js') + script('/centrifuge.js') + script('/frame.js') + script('/bare.js'), '<video id="picture" autoplay muted playsinline style="width:640px;height:360px"></video>')]],
    ['/sdk', ['text/html', html(script('/frame.js') + script(`${server}/zoom-meeting-embedded-6.2.0.min.js`) + script('/sdk.js'), '<div id="root"></div>')]],
    ['/livekit.js', ['text/javascript', await readFile(livekit)]],
    ['/centrifuge.js', ['text/javascript', await readFile(centrifuge)]],
    ['/frame.js', ['text/javascript', await readFile(here('frame.js'))]],
    ['/bare.js', ['text/javascript', await readFile(here('bare.js'))]],
    ['/sdk.js', ['text/javascript', await readFile(here('sdk.js'))]],
  ]);
  const host = createServer((request, response) => {
    const file = files.get(new URL(request.url, 'http://host').pathname);
    response.writeHead(file ? 200 : 404, { 'content-type': file?.[0] ?? 'text/plain' });
    response.end(file?.[1] ?? '');
  });
  await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${host.address().port}`, close: () => host.close() };
}

async function ask(path, body) {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(server + path, init);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** What a page needs to join the demo meeting. */
async function ticket(userName) {
  const { defaults } = await ask('/dev/v1/world');
  const { signature } = await ask('/dev/v1/signature', { meetingNumber: defaults.meetingNumber, role: 0 });
  return { server, meetingNumber: defaults.meetingNumber, password: defaults.password, signature, userName };
}

/** What the meeting's host needs. */
async function hostTicket() {
  const guest = await ticket('Host');
  const { signature } = await ask('/dev/v1/signature', { meetingNumber: guest.meetingNumber, role: 1 });
  const { token } = await ask('/dev/v1/tokens', { kind: 'zak', meetingNumber: guest.meetingNumber });
  return { ...guest, signature, zak: token };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--disable-background-networking', '--no-first-run'],
});
const host = await hostPages();

/** Runs a function of the page; Playwright itself would wait for ever. */
async function within(page, name, ...args) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = globalThis.setTimeout(() => reject(new Error(`${page.url()}: ${name} took longer than ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([page.evaluate(([n, a]) => globalThis[n](...a), [name, args]), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A fresh page with everything loaded that can be loaded before a join. */
async function loaded(context, kind) {
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`${host.url}/${kind}`, { waitUntil: 'networkidle' });
  await within(page, 'prepare');
  await page.waitForLoadState('networkidle');
  await setTimeout(rest);
  return page;
}

/** One join; milliseconds. */
async function timed(kind) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await loaded(context, kind);
    const took = await within(page, 'timedJoin', await ticket(kind));
    const marks = await within(page, 'stepsTaken');
    await within(page, 'finish');
    return { took, marks };
  } finally {
    await context.close();
  }
}

/** A host's first join, and the one from another tab once the first is closed; milliseconds. */
async function timedReturn() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const [tab, next] = [await loaded(context, 'sdk'), await loaded(context, 'sdk')];
    const host = await hostTicket();
    await tab.bringToFront();
    const first = await within(tab, 'timedJoin', host);
    await tab.close();
    await next.bringToFront();
    const back = await within(next, 'timedJoin', host);
    await within(next, 'finish');
    return { first, back };
  } finally {
    await context.close();
  }
}

try {
  const stage = await browser.newContext({ viewport: { width: 640, height: 360 }, permissions: ['camera', 'microphone'] });
  const publisher = await stage.newPage();
  publisher.setDefaultTimeout(patience);
  await publisher.goto(`${host.url}/bare`);
  await within(publisher, 'publish', await ticket('Publisher'));
  const took = { sdk: [], bare: [], first: [], back: [], marks: { sdk: [], bare: [] } };
  for (let i = -1; i < runs; i++) {
    // Who goes first changes each time; the first pair only warms up.
    for (const kind of i % 2 === 0 ? ['bare', 'sdk'] : ['sdk', 'bare']) {
      const run = await timed(kind);
      if (i < 0) continue;
      took[kind].push(run.took);
      took.marks[kind].push(run.marks);
    }
  }
  for (let i = 0; i < runs; i += 2) {
    const { first, back } = await timedReturn();
    took.first.push(first);
    took.back.push(back);
  }
  console.log(JSON.stringify(took));
} finally {
  await browser.close();
  host.close();
}
