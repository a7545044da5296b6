// Runs public sample apps, as they are, against a built Anteroom: each joins
// the demo meeting and meets another page there, with pictures both ways.
//
//   node samples/run.mjs [--server URL] [--pictures DIR] NAME=ADDRESS…
//
// Start the samples beforehand, as their readme describes; see
// docs/developers/sample-apps.md. Not part of CI, which reaches no samples.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { filledIn, samples } from './samples.mjs';
import { startEnvironment } from './environment.mjs';

const timeout = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string', default: 'http://127.0.0.1:8080' }, pictures: { type: 'string' } },
});
const requested = positionals.map((text) => /^([\w-]+)=(https?:\/\/.+)$/.exec(text)).map((found) => found && { name: found[1], address: found[2] });
if (requested.length === 0 || requested.some((each) => !each || !samples[each.name])) {
  console.error(`usage: node samples/run.mjs [--server URL] [--pictures DIR] NAME=ADDRESS…\nnames: ${Object.keys(samples).join(', ')}`);
  process.exit(2);
}

/** Asks until something true comes, as every wait here. */
async function until(what, question) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const framesIn = (page, userId) =>
  page.evaluate((id) => {
    const videos = [...document.querySelectorAll(`[data-user-id="${id}"] video`)];
    return Math.max(0, ...videos.map((video) => (video.videoWidth > 0 ? video.getVideoPlaybackQuality().totalVideoFrames : 0)));
  }, userId);

async function expectMovingVideo(page, userId, what) {
  await until(`${what}: a first picture`, async () => (await framesIn(page, userId)) > 0);
  const before = await framesIn(page, userId);
  await until(`${what}: a moving picture`, async () => (await framesIn(page, userId)) > before + 5);
}

async function startCamera(page) {
  await page.getByRole('button', { name: 'start my video', exact: true }).first().click({ timeout });
  await page.getByRole('button', { name: 'stop my video', exact: true }).first().waitFor({ timeout });
}

/** A page of nobody's, in Component View, that waits for whom it meets. */
async function openOther(browser, server, meeting) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  await page.goto(`${server}/healthz`);
  await page.addScriptTag({ url: `${server}/zoom-meeting-embedded-6.2.0.min.js` });
  const answer = await fetch(`${server}/dev/v1/signature`, { method: 'POST', body: JSON.stringify({ meetingNumber: meeting.meetingNumber, role: 0 }) });
  const { signature } = await answer.json();
  await page.evaluate(async (options) => {
    const root = document.createElement('div');
    root.style.cssText = 'width: 900px; height: 600px';
    document.body.replaceChildren(root);
    window.client = window.ZoomMtgEmbedded.createClient();
    await window.client.init({ zoomAppRoot: root, language: 'en-US' });
    await window.client.join(options);
  }, { ...meeting, signature, userName: 'Other' });
  await startCamera(page);
  const people = () => page.evaluate(() => window.client.getAttendeeslist());
  const own = await page.evaluate(() => window.client.getCurrentUser().userId);
  return { context, page, people, own };
}

/** What a dev server serves of packages, ours among them, is left as it is. */
const isDependency = (path) => /\/(node_modules|deps)\//.test(path);

/** Lets a sample have its settings and, in its other view, its other files. */
async function prepare(context, sample, address, meeting) {
  await context.route(`${new URL(address).origin}/**`, async (route) => {
    const url = new URL(route.request().url());
    const instead = sample.swap?.[url.pathname];
    const kind = route.request().resourceType();
    if (kind !== 'script' && kind !== 'document') return route.fallback();
    const answer = await route.fetch(instead ? { url: url.origin + instead + url.search } : {});
    let body = await answer.text();
    if (kind === 'document') body = sample.page?.(body) ?? body;
    else if (sample.participantName && !isDependency(url.pathname)) body = filledIn(body, meeting);
    return route.fulfill({ response: answer, body });
  });
}

async function meet(browser, { name, address }, meeting) {
  const sample = samples[name];
  const participantName = sample.participantName ?? `Visitor of ${name}`;
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 } });
  const faults = [];
  context.on('weberror', (error) => faults.push(`page error: ${error.error().message}`));
  context.on('console', (message) => (message.type() === 'error' || message.type() === 'warning') && faults.push(`console: ${message.text()}`));
  const other = await openOther(browser, values.server, meeting);
  let page;
  try {
    if (sample.participantName || sample.page) await prepare(context, sample, address, meeting);
    page = await sample.join(await context.newPage(), address, meeting, participantName);
    // Client View shows a preview before the join, unless the app has disabled it.
    const enter = page.getByRole('button', { name: 'Join meeting', exact: true });
    const toolbar = page.getByRole('button', { name: 'Leave', exact: true });
    await enter.or(toolbar).first().waitFor({ timeout });
    if (await enter.isVisible()) await enter.click();
    await toolbar.first().waitFor({ timeout });
    const known = async () => (await other.people()).find((person) => person.userName === participantName || person.displayName === participantName);
    const { userId } = await until(`${name}: the other knows of it`, known);
    if (await page.getByRole('button', { name: 'start my video', exact: true }).first().isVisible()) await startCamera(page);
    await expectMovingVideo(other.page, userId, `the other sees ${name}`);
    await expectMovingVideo(page, other.own, `${name} sees the other`);
    return { ok: true, faults };
  } catch (error) {
    return { ok: false, error, faults };
  } finally {
    if (values.pictures && page) await page.screenshot({ path: join(values.pictures, `${name}.png`) });
    await other.page.evaluate(() => window.client.leaveMeeting());
    await other.context.close();
    await context.close();
  }
}

if (values.pictures) await mkdir(values.pictures, { recursive: true });
const world = await (await fetch(`${values.server}/dev/v1/world`)).json();
const meeting = { meetingNumber: world.defaults.meetingNumber, password: world.defaults.password };
const environment = await startEnvironment(values.server);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
    // Pages whose settings were filled in on their way count as public and need permission for local addresses.
    '--disable-features=LocalNetworkAccessChecks',
    '--disable-quic', '--disable-background-networking', '--disable-component-update', '--no-first-run', ...environment.chromium,
  ],
});
let failed = 0;
try {
  for (const each of requested) {
    const { ok, error, faults } = await meet(browser, each, meeting);
    if (!ok) failed++;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${each.name} (${each.address})${error ? `: ${error.message}` : ''}`);
    for (const fault of new Set(faults)) console.log(`         ${fault.slice(0, 300)}`);
  }
} finally {
  await browser.close();
  await environment.stop();
}
console.log(`${requested.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
