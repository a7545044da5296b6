import { connect, createServer, type AddressInfo, type Server as TCPServer } from 'node:net';
import { chromium, type Page } from '@playwright/test';
import type { AppServer } from '../app-server.ts';
import { expect, test, views, type View } from '../fixtures.ts';
import { Person } from '../person.ts';
import type { Server } from '../server.ts';

test.use({ sharedServer: true });
const demo = 'Demo meeting';

/** A proxy that lets HTTP pass and refuses to upgrade what begins with a path. */
async function refusingProxy(target: string, path: string): Promise<{ url: string; refused: () => number; stop: () => void }> {
  const [host = '', port] = new URL(target).host.split(':');
  let refused = 0;
  const proxy: TCPServer = createServer((page) => {
    const server = connect({ host, port: Number(port) });
    page.on('error', () => server.destroy());
    server.on('error', () => page.destroy());
    page.on('close', () => server.destroy());
    server.pipe(page);
    page.on('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1');
      if (head.startsWith(`GET ${path}`) && /\r\nupgrade: websocket/i.test(head)) {
        refused++;
        page.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      } else {
        server.write(chunk);
      }
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, refused: () => refused, stop: () => void proxy.close() };
}

const failed = { errorCode: 3621, name: 'NO_RESPONSE_FROM_WEB' };
for (const view of views) {
  test(`a proxy that refuses WebSockets fails the join in ${view} view with its cause`, async ({ server, world, people }) => {
    const proxy = await refusingProxy(server.url, view === 'client' ? '/rtc' : '/r');
    try {
      const grace = await people.open(view, { server: proxy.url });
      await grace.init();
      const outcome = await grace.join(await world.joinOptions(demo, `Grace ${view}`));
      expect(outcome.rejected ?? outcome.error).toMatchObject({ ...failed, cause: 'websocket_blocked' });
      expect(await grace.states()).not.toContain(view === 'client' ? 2 : 'Connected');
      // Media three times, and the control channel once before it streams over HTTP.
      expect(proxy.refused()).toBeLessThanOrEqual(8);
      await expect.poll(() => grace.openConnections(), { message: 'no try leaves a connection open' }).toEqual([]);
      const ada = await people.open('component');
      await ada.enter(await world.joinOptions(demo, 'Ada'));
      expect(await ada.names()).not.toContain(`Grace ${view}`);
      await ada.leave();
    } finally {
      proxy.stop();
    }
  });

  test(`a Content-Security-Policy without the server fails the join in ${view} view with its cause`, async ({ app, server, world, people }) => {
    const page = await (await fetch(app.address(view, server.url))).text();
    const address = app.serve(`/csp-${view}`, { body: page, headers: { 'content-security-policy': "connect-src 'self'" } });
    const grace = await people.open(view, { address });
    await grace.init();
    const outcome = await grace.join(await world.joinOptions(demo, 'Grace'));
    expect(outcome.rejected ?? outcome.error).toMatchObject({ ...failed, cause: 'csp_blocked', evidence: expect.stringContaining('connect-src') });
  });
}

test('a frame without allow: the requirements tell the truth, and the join still succeeds', async ({ app, server, world, people }) => {
  const inner = app.address('component', server.url).replace('127.0.0.1', 'localhost');
  const address = app.serve('/framing', { body: `<!doctype html><iframe src="${inner}" style="width:900px;height:700px"></iframe>` });
  const outer = await people.open('component', { address });
  await outer.page.waitForSelector('iframe');
  const frame = outer.page.frames()[1];
  await frame?.waitForFunction(() => 'app' in window);
  const grace = new Person('component', outer.context, frame as unknown as Page);
  expect(await grace.call('checkSystemRequirements')).toEqual({ resolved: { audio: false, video: false, screen: false } });
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await grace.button('start my video').click();
  await expect(outer.page.frameLocator('iframe').getByText('does not allow the camera').first()).toBeVisible();
  await grace.leave();
});

/** What the user reads in Client View; the app of Component View gets the same cause. */
const texts = { local_network_blocked: 'Your browser is blocking access to the meeting server', mixed_content: 'Something is wrong with the page you’re joining from' };

/** A browser that cannot reach the server from an app's page, which brings the SDK itself. */
async function cutOff(cause: keyof typeof texts, app: AppServer, server: Server): Promise<{ open: (view: View) => Promise<Person>; endpoint: string; close: () => Promise<void> }> {
  const { port } = new URL(app.origin);
  const local = cause === 'local_network_blocked';
  // A page at a public address and the server in this device, or a page by HTTPS and the server by HTTP.
  const origin = local ? `http://app.example:${port}` : 'https://app.example';
  const endpoint = local ? server.url : server.url.replace('127.0.0.1', 'meet.example');
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--host-resolver-rules=MAP *.example 127.0.0.1',
      ...(local ? [`--ip-address-space-overrides=127.0.0.1:${port}=public`, `--unsafely-treat-insecure-origin-as-secure=${origin}`] : []),
    ],
  });
  return {
    endpoint,
    open: async (view) => {
      const page = await (await browser.newContext()).newPage();
      await page.route(`${origin}/**`, async (route) => {
        const { pathname, search } = new URL(route.request().url());
        const own = new RegExp(`^/(${view}$|app/|left)`).test(pathname);
        if (own && local) return route.continue();
        const answer = await fetch((own ? app.origin : server.url) + pathname + search);
        await route.fulfill({ status: answer.status, contentType: answer.headers.get('content-type') ?? '', body: Buffer.from(await answer.arrayBuffer()) });
      });
      await page.goto(`${origin}/${view}?server=${encodeURIComponent(origin)}`);
      return new Person(view, page.context(), page);
    },
    close: () => browser.close(),
  };
}

for (const cause of ['local_network_blocked', 'mixed_content'] as const) {
  test(`a page whose browser blocks the server fails with ${cause}, and nobody has joined`, async ({ app, server, world, people }) => {
    const { open, endpoint, close } = await cutOff(cause, app, server);
    try {
      for (const view of views) {
        const grace = await open(view);
        await grace.init({ webEndpoint: endpoint });
        const outcome = await grace.join(await world.joinOptions(demo, `Grace ${cause}`));
        expect(outcome.rejected ?? outcome.error).toMatchObject({ ...failed, cause });
        expect(await grace.states()).not.toContain(view === 'client' ? 2 : 'Connected');
        if (view === 'client') await expect(grace.page.getByRole('dialog').or(grace.page.getByRole('alertdialog'))).toContainText(texts[cause]);
      }
      const ada = await people.open('component');
      await ada.enter(await world.joinOptions(demo, 'Ada'));
      expect(await ada.names()).not.toContain(`Grace ${cause}`);
      await ada.leave();
    } finally {
      await close();
    }
  });
}
