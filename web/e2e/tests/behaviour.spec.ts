import type { Route } from '@playwright/test';
import { appFile } from '../app-server.ts';
import { expect, test, views } from '../fixtures.ts';
import type { Fields } from '../person.ts';
import { expectConnected, expectQuietRefusal, expectRefusal } from '../refusals.ts';

const demo = 'Demo meeting';

/** The parts of the SDK that these tests call by themselves. */
interface Embedded {
  init(options: unknown): Promise<unknown>;
  join(options: unknown): Promise<unknown>;
  on(event: string, listener: (payload: Fields) => void): void;
  off(event: string, listener: (payload: Fields) => void): void;
}
type Mtg = Record<string, (options: unknown, listener?: unknown) => unknown>;

test.describe('order of calls', () => {
  test('component view: listeners before init, join without awaiting init', async ({ world, people }) => {
    const person = await people.open('component');
    const answer = await person.page.evaluate(async (options) => {
      const { client } = (window as unknown as { app: { client: Embedded } }).app;
      const states: unknown[] = [];
      client.on('connection-change', ({ state }) => states.push(state));
      void client.init({ zoomAppRoot: document.getElementById('meetingSDKElement') });
      return { value: await client.join(options), states };
    }, person.options(await world.joinOptions(demo, 'Grace')));
    expect(answer).toEqual({ value: '', states: ['Connecting', 'Connected'] });
  });

  test('client view: join without awaiting init', async ({ world, people }) => {
    const person = await people.open('client');
    const answer = await person.page.evaluate(
      (options) =>
        new Promise((success, error) => {
          const { ZoomMtg } = window as unknown as { ZoomMtg: Mtg };
          ZoomMtg['init']?.({ leaveUrl: '/left', disablePreview: true });
          ZoomMtg['join']?.({ ...options, success, error });
        }),
      person.options(await world.joinOptions(demo, 'Grace')),
    );
    expect(answer).toMatchObject({ method: 'join', status: true, errorCode: 0 });
  });

  test('component view: init that fails while a meeting is live is reported by join only', async ({ world, people }) => {
    const person = await people.open('component');
    await person.enter(await world.joinOptions(demo, 'Grace'));
    const states = await person.states();
    expect(await person.init({ zoomAppRoot: null })).toHaveProperty('rejected');
    const unprepared = { code: 2, name: 'MEETING_NOT_INIT', message: 'Meeting not initialized.', cause: 'init_failed' };
    await expectQuietRefusal(person, await person.join(await world.joinOptions(demo, 'Grace')), unprepared, states);
    expect(await person.names()).toEqual(['Grace']);
  });

  for (const view of views) {
    test(`${view} view: a doubled join, as StrictMode makes it, is one participant`, async ({ world, people }) => {
      const person = await people.open(view);
      await person.init();
      const [first, fresh] = await Promise.all([world.joinOptions(demo, 'Grace'), world.joinOptions(demo, 'Grace')]);
      await Promise.all([person.mustJoin(first), person.mustJoin(fresh)]);
      await person.mustJoin(fresh);
      expect(await person.names()).toEqual(['Grace']);
      expect((await person.states()).filter((s) => s === 'Connected' || s === 2)).toHaveLength(1);
    });

    test(`${view} view: unknown events and functions out of place throw nothing`, async ({ people }) => {
      const person = await people.open(view);
      const thrown = await person.page.evaluate((v) => {
        const ignore = () => undefined;
        const { ZoomMtg, app } = window as unknown as { ZoomMtg?: Mtg; app: { client?: Embedded } };
        try {
          if (v === 'client') ZoomMtg?.['inMeetingServiceListener']?.('onNoSuchThing', ignore);
          else {
            app.client?.on('no-such-thing', ignore);
            app.client?.off('no-such-thing', ignore);
            app.client?.off('user-added', ignore);
          }
          return null;
        } catch (error) {
          return String(error);
        }
      }, view);
      expect(thrown).toBeNull();
      const outcome = await person.command('lockMeeting', 'lockMeeting', true);
      expect(outcome.rejected ?? outcome.error).toMatchObject({ type: 'IMPROPER_MEETING_STATE', errorCode: 1 });
    });
  }
});

test.describe('calls in the shapes that apps use', () => {
  test('component view: one client however often it is made; destroyClient at any time is harmless', async ({ world, people }) => {
    const person = await people.open('component');
    const same = await person.page.evaluate(() => {
      const { ZoomMtgEmbedded, app } = window as unknown as { ZoomMtgEmbedded: { createClient(): unknown; destroyClient(): void }; app: { client: unknown } };
      const first = ZoomMtgEmbedded.createClient() === app.client && ZoomMtgEmbedded.createClient() === app.client;
      ZoomMtgEmbedded.destroyClient();
      ZoomMtgEmbedded.destroyClient();
      app.client = ZoomMtgEmbedded.createClient();
      return first;
    });
    expect(same).toBe(true);
    const names = await person.page.evaluate(() => {
      const { app } = window as unknown as { app: { client: Record<string, unknown> } };
      return ['leave', 'destroy', 'mount', 'joinAudio', 'getMediaStream', 'getParticipantsList', 'stopRecording'].filter((name) => app.client[name] !== undefined);
    });
    expect(names).toEqual([]);
    // The new client is as good as the first.
    const answer = await person.page.evaluate(async (options) => {
      const { client } = (window as unknown as { app: { client: Embedded } }).app;
      await client.init({ zoomAppRoot: document.getElementById('meetingSDKElement'), language: 'jp-JP', pathToNothing: 1 });
      return client.join(options);
    }, person.options(await world.joinOptions(demo, 'Grace')));
    expect(answer).toBe('');
  });

  for (const [shape, args] of [['nothing', undefined], ['{}', {}], ['confirm: false', { confirm: false }]] as const) {
    test(`client view: leaveMeeting with ${shape} goes to leaveUrl`, async ({ world, people, app }) => {
      const address = app.serve('/gone', { body: '<!doctype html><title>Gone</title>' });
      const person = await people.open('client');
      await person.enter(await world.joinOptions(demo, 'Grace'), { leaveUrl: `${address}?from=meeting` });
      await person.page.evaluate((given) => {
        const { ZoomMtg } = window as unknown as { ZoomMtg: Mtg };
        void (given === undefined ? (ZoomMtg['leaveMeeting'] as (() => unknown) | undefined)?.() : ZoomMtg['leaveMeeting']?.(given));
      }, args);
      await person.page.waitForURL('**/gone?from=meeting');
    });
  }

  test('client view: calls without callbacks are promises; a refused join is logged for bots', async ({ world, people }) => {
    const person = await people.open('client');
    const options = person.options(await world.joinOptions(demo, 'Grace'));
    const answer = await person.page.evaluate(async (given) => {
      const { ZoomMtg } = window as unknown as { ZoomMtg: Mtg };
      const lines: unknown[][] = [];
      const usual = console.log;
      console.log = (...texts: unknown[]) => (String(texts[0]).startsWith('join error code:') ? void lines.push(texts) : usual(...texts));
      await ZoomMtg['init']?.({ leaveUrl: '/left', disablePreview: true, isShowJoiningErrorDialog: false });
      const refused = await Promise.resolve(ZoomMtg['join']?.({ ...given, passWord: 'certainly-wrong' })).catch((error: unknown) => (window as unknown as { plain(value: unknown): Fields }).plain(error));
      await ZoomMtg['join']?.({ ...given, apiKey: 'of-an-old-page', role: 0 });
      const user = (await ZoomMtg['getCurrentUser']?.({})) as Fields;
      return { lines, refused, user: (user['result'] as { currentUser: Fields }).currentUser['userName'] };
    }, options);
    expect(answer.refused).toMatchObject({ errorCode: 3004 });
    expect(answer.lines).toEqual([['join error code:', 3004, 'Meeting Passcode wrong.']]);
    expect(answer.user).toBe('Grace');
  });

  test('client view: by the address of an old version it signs in the page and has the old names', async ({ world, people, app, server }) => {
    const body = `<!doctype html><html><body><script src="${server.url}/2.18.0/zoom-meeting-2.18.0.min.js" crossorigin="anonymous"></script></body></html>`;
    const person = await people.open('client', { address: app.serve('/old', { body }) });
    const { number } = world.meeting(demo);
    const old = await person.page.evaluate((meetingNumber) => {
      const { ZoomMtg } = window as unknown as { ZoomMtg: Mtg };
      ZoomMtg['prepareJssdk']?.({});
      return {
        parts: String(ZoomMtg['generateSignature']?.({ meetingNumber, apiKey: 'key', apiSecret: 'secret', role: 0 })).split('.').length,
        versions: ZoomMtg['getJSSDKVersion']?.({}),
        promised: ZoomMtg['generateSDKSignature'] !== undefined,
      };
    }, number);
    expect(old).toEqual({ parts: 3, versions: [expect.any(String), expect.any(String)], promised: true });
  });

  test('client view: a root that the page made, emptied and hid is used again', async ({ world, people, app, server }) => {
    const body = (await appFile('client.html', server.url)).replace('<body>', '<body><div id="zmmtg-root" class="mine" style="display:none"><p>Loading</p></div>');
    const person = await people.open('client', { address: app.serve('/own-root', { body }) });
    await person.init();
    await person.page.evaluate(() => document.getElementById('zmmtg-root')?.replaceChildren());
    await person.mustJoin(await world.joinOptions(demo, 'Grace'));
    await expect(person.page.locator('#zmmtg-root.mine #wc-footer')).toBeVisible();
    expect(await person.page.locator('#zmmtg-root').count()).toBe(1);
  });

  for (const view of views) {
    test(`${view} view: under a policy that lets in scripts by nonce only`, async ({ world, people, app, server }) => {
      const { host } = new URL(server.url);
      const policy = `default-src 'self' ${server.url}; script-src 'nonce-n0nce' 'strict-dynamic'; style-src 'self' ${server.url}; connect-src 'self' ${server.url} ws://${host}; img-src 'self' data:; media-src blob:`;
      const body = (await appFile(`${view}.html`, server.url)).replaceAll('<script ', '<script nonce="n0nce" ');
      const person = await people.open(view, { address: app.serve(`/nonce-${view}`, { body, headers: { 'content-security-policy': policy } }) });
      await person.enter(await world.joinOptions(demo, 'Grace'));
      expect(await person.events('policy violation')).toEqual([]);
    });
  }
});

test.describe('the page around component view', () => {
  for (const mode of ['open', 'closed'] as const) {
    test(`component view: works in an app's own ${mode} shadow tree`, async ({ world, people }) => {
      const person = await people.open('component');
      await person.page.evaluate(async (kind) => {
        const place = document.getElementById('meetingSDKElement') as HTMLElement;
        place.style.height = '600px';
        const tree = place.attachShadow({ mode: kind });
        tree.innerHTML = '<div style="height: 100%"></div>';
        const page = window as unknown as { tree: ShadowRoot; app: { client: Embedded } };
        page.tree = tree;
        await page.app.client.init({ zoomAppRoot: tree.firstElementChild, language: 'en-US' });
      }, mode);
      await person.mustJoin(await world.joinOptions(demo, 'Grace'));
      /** Where something is in the tree and whether it has the keyboard. */
      const find = (selector: string, name: string) =>
        person.page.evaluate(([css, start]) => {
          const { tree } = window as unknown as { tree: ShadowRoot };
          const element = [...tree.querySelectorAll(css)].find((each) => (each.ariaLabel ?? each.textContent).startsWith(start));
          if (!element) return null;
          const { x, y, width, height } = element.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2, focused: tree.activeElement === element };
        }, [selector, name] as const);
      const click = async (selector: string, name: string) => {
        await expect.poll(() => find(selector, name)).not.toBeNull();
        const at = await find(selector, name);
        await person.page.mouse.click(at?.x ?? 0, at?.y ?? 0);
      };
      await click('button', 'More meeting control');
      // The view has its styles: the toolbar is at its foot, and a menu floats above.
      const [more, settings] = [await find('button', 'More meeting control'), await find('[role=menuitem]', 'Settings')];
      expect(more?.y).toBeGreaterThan(500);
      expect(settings?.y).toBeLessThan(more?.y ?? 0);
      await person.page.keyboard.press('End');
      await person.page.keyboard.press('s');
      await expect.poll(() => find('[role=menuitem]', 'Settings')).toMatchObject({ focused: true });
      await click('[role=menuitem]', 'Settings');
      await expect.poll(() => find('[role=dialog] h2', 'Settings')).not.toBeNull();
      await person.page.keyboard.press('Escape');
      await expect.poll(() => find('[role=dialog] h2', 'Settings')).toBeNull();
      await click('button', 'More meeting control');
      await person.page.mouse.click(5, 5);
      await expect.poll(() => find('[role=menuitem]', 'Settings')).toBeNull();
    });
  }

  test('component view: the view prewarmed before the join cannot be found and is removed', async ({ people }) => {
    const person = await people.open('component');
    const seen = await person.page.evaluate(async () => {
      const html = () => document.documentElement.outerHTML;
      const prewarmed = new Promise<{ found: number; left: boolean }>((resolve) => {
        let found = 0;
        new MutationObserver((changes, observer) => {
          const [come] = changes.flatMap((change) => [...change.addedNodes]);
          if (come) found = document.querySelectorAll('.anteroom button, .anteroom video').length;
          if (!changes.some((change) => change.removedNodes.length > 0)) return;
          observer.disconnect();
          resolve({ found, left: html().includes('inert') });
        }).observe(document.documentElement, { childList: true });
      });
      await (window as unknown as { app: { init(options: unknown): Promise<unknown> } }).app.init({});
      return prewarmed;
    });
    expect(seen).toEqual({ found: 0, left: false });
  });
});

test.describe('waiting for the host', () => {
  const topic = 'Only after the host';

  test('component view: fails with 3008, and the same client joins once the host is there', async ({ world, people }) => {
    const [grace, host] = await Promise.all([people.open('component'), people.open('client')]);
    await grace.init();
    const outcome = await grace.join(await world.joinOptions(topic, 'Grace'));
    expect(outcome.rejected).toMatchObject({ errorCode: 3008, reason: 'MEETING_NOT_START', cause: 'host_not_here', retryable: true });
    await host.enter(await world.hostOptions(topic));
    await grace.mustJoin(await world.joinOptions(topic, 'Grace'));
    expect(await grace.names()).toEqual(['Ada Park', 'Grace']);
  });

  test('client view: the page waits by itself, adopts a join of the app, and goes in', async ({ world, people }) => {
    const [grace, host] = await Promise.all([people.open('client'), people.open('component')]);
    await grace.init();
    const outcome = await grace.join(await world.joinOptions(topic, 'Grace'));
    expect(outcome.error).toMatchObject({ errorCode: 3008, name: 'MEETING_NOT_START', result: { topic } });
    await expect(grace.page.getByText('Waiting for the host to start the meeting')).toBeVisible();
    // The page waits, so nothing has ended.
    expect(await grace.states()).toEqual([1]);
    // An app that retries by itself is notified once it has joined.
    const again = grace.join(await world.joinOptions(topic, 'Grace'));
    // The page sends several requests meanwhile; they are recorded as one attempt.
    await grace.page.waitForResponse(/\/sdk\/v1\/join/);
    expect(await world.attempts(world.meeting(topic).number)).toEqual([3008]);
    await host.enter(await world.hostOptions(topic));
    await expectConnected(grace);
    expect(await again).toHaveProperty('success');
    await expect.poll(() => grace.events('join success')).toHaveLength(2);
    expect(await grace.events('join error')).toHaveLength(1);
    await expect.poll(() => world.attempts(world.meeting(topic).number)).toEqual([3008, 0, 0]);
    expect((await grace.events('onJoinSpeed')).map((p) => p['level'])).toEqual(expect.arrayContaining([1, 4, 5, 8]));
    expect(await grace.names()).toEqual(['Ada Park', 'Grace']);
  });
});

test.describe('the page of the app', () => {
  test('client view: both elements exist right after the script tag', async ({ people, app, server }) => {
    const sdk = `<script src="${server.url}/zoom-meeting-6.2.0.min.js"></script>`;
    const look = `<script>window.found = ['zmmtg-root', 'aria-notify-area'].map((id) => document.getElementById(id) !== null);</script>`;
    for (const [place, body] of [
      ['head', `<!doctype html><html><head>${sdk}${look}</head><body></body></html>`],
      ['body', `<!doctype html><html><body>${sdk}${look}</body></html>`],
      ['own', `<!doctype html><html><body><div id="zmmtg-root"></div><div id="aria-notify-area"></div>${sdk}${look}</body></html>`],
    ] as const) {
      const person = await people.open('client', { address: app.serve(`/roots-${place}`, { body }) });
      expect(await person.page.evaluate(() => (window as unknown as { found: boolean[] }).found), place).toEqual([true, true]);
      expect(await person.page.locator('#zmmtg-root').count(), place).toBe(1);
      expect(await person.page.locator('body > #zmmtg-root').count(), place).toBe(1);
    }
  });

  for (const view of views) {
    test(`${view} view: under a strict Content-Security-Policy`, async ({ world, people, app, server }) => {
      const { host } = new URL(server.url);
      const policy = [
        "default-src 'none'", `script-src 'self' ${server.url}`, `style-src 'self' ${server.url}`, `connect-src 'self' ${server.url} ws://${host}`,
        "img-src 'self' data:", 'media-src blob:', `font-src 'self' ${server.url}`,
      ];
      const body = await appFile(`${view}.html`, server.url);
      const headers = { 'content-security-policy': policy.join('; ') };
      const person = await people.open(view, { address: app.serve(`/strict-${view}`, { body, headers }) });
      await person.enter(await world.joinOptions(demo, 'Grace'));
      await person.startCamera();
      await person.expectMovingVideo(await person.userId());
      expect(await person.events('policy violation')).toEqual([]);
    });

    test(`${view} view: in an isolated page (COOP and COEP)`, async ({ world, people, app, server }) => {
      const body = await appFile(`${view}.html`, server.url);
      const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
      const person = await people.open(view, { address: app.serve(`/isolated-${view}`, { body, headers }) });
      expect(await person.page.evaluate(() => crossOriginIsolated)).toBe(true);
      await person.enter(await world.joinOptions(demo, 'Grace'));
      await person.startCamera();
      await person.expectMovingVideo(await person.userId());
    });

    test(`${view} view: leaveOnPageUnload releases the participant at once`, async ({ world, people }) => {
      const [grace, ada] = await Promise.all([people.open(view), people.open('component')]);
      await ada.enter(await world.joinOptions(demo, 'Ada'));
      await grace.enter(await world.joinOptions(demo, 'Grace'), { leaveOnPageUnload: true });
      const id = await grace.userId();
      await grace.page.goto('about:blank');
      await expect.poll(() => ada.names(), { timeout: 8_000 }).toEqual(['Ada']);
      expect((await ada.people('user-removed')).map((p) => p['userId'])).toEqual([id]);
    });

    test(`${view} view: a blocked file of the SDK is reported by join`, async ({ world, people }) => {
      const person = await people.open(view, { before: (context) => context.route('**/sdk/chunks/media*', (route) => route.abort()) });
      await person.init();
      const code = view === 'client' ? 1 : 200;
      const outcome = await person.join(await world.joinOptions(demo, 'Grace'));
      await expectRefusal(person, outcome, { code, name: 'FAIL', message: 'Fail to join the meeting.', cause: 'asset_blocked', inPage: true });
    });

    test(`${view} view: what is opened inside is told when the server no longer has it, and asked for again`, async ({ world, people }) => {
      let gone = true;
      const serve = (route: Route) => (gone ? route.fulfill({ status: 404 }) : route.continue());
      const person = await people.open(view, { before: (context) => context.route('**/sdk/chunks/parts-*', serve) });
      await person.enter(await world.joinOptions(demo, 'Grace'));
      const { page } = person;
      const button = page.locator('.footer-participants-button__toggle-button');
      await button.click();
      await expect(page.locator('.ar-toast')).toContainText('couldn’t be loaded');
      await expect(button).toHaveAttribute('aria-expanded', 'false');
      gone = false;
      await button.click();
      await expect(page.locator('.participants-section-container')).toBeVisible();
    });

    test(`${view} view: a page that was not loaded safely`, async ({ world, people, app, server }) => {
      // To the browser the page and the SDK come from another machine over plain HTTP.
      const elsewhere = 'http://another-machine.example';
      const fetched = (route: Route) => {
        const { pathname, search } = new URL(route.request().url());
        const from = pathname === `/${view}` || pathname.startsWith('/app/') ? app.origin : server.url;
        return route.fetch({ url: from + pathname + search }).then((response) => route.fulfill({ response }));
      };
      const address = `${elsewhere}/${view}?server=${encodeURIComponent(elsewhere)}`;
      const person = await people.open(view, { address, before: (context) => context.route(`${elsewhere}/**`, fetched) });
      expect(await person.page.evaluate(() => isSecureContext)).toBe(false);
      await person.init();
      const code = view === 'client' ? 1 : 200;
      const outcome = await person.join(await world.joinOptions(demo, 'Grace'));
      await expectRefusal(person, outcome, { code, name: 'FAIL', message: 'Fail to join the meeting.', cause: 'insecure_context', inPage: true });
    });
  }

  test('both views: a device without a network is 3621', async ({ world, people }) => {
    const gone = { code: 3621, name: 'NO_RESPONSE_FROM_WEB', message: 'No response from web, try again later.', cause: 'offline', inPage: true };
    const [grace, linus] = await Promise.all([people.open('component'), people.open('client')]);
    await Promise.all(
      [grace, linus].map(async (person) => {
        await person.init();
        // The files of the SDK are there when the network goes.
        await person.page.waitForLoadState('networkidle');
        const options = await world.joinOptions(demo, 'Grace');
        await person.context.setOffline(true);
        await expectRefusal(person, await person.join(options), gone);
      }),
    );
  });
});

test.describe('the reason in component view', () => {
  const wrong = { errorCode: 3004, name: 'WRONG_MEETING_PASSWORD', message: 'Meeting Passcode wrong.' };
  const sentence = 'Meeting Passcode wrong.';

  test('is the sentence where the app asks for it, in the rejection and in the event', async ({ world, people }) => {
    const person = await people.open('component');
    await person.init({ reasonStyle: 'sentence' });
    const outcome = await person.join({ ...(await world.joinOptions(demo, 'Grace')), password: 'certainly-wrong' });
    expect(outcome.rejected).toMatchObject({ ...wrong, reason: sentence });
    expect((await person.events('connection-change')).at(-1)).toMatchObject({ ...wrong, state: 'Fail', reason: sentence });
  });

  test("is the sentence where the server's policy for the app says so, inside as well", async ({ world, people }) => {
    const [person, host] = await Promise.all([people.open('component'), people.open('client')]);
    await host.enter(await world.hostOptions(demo));
    const { number } = world.meeting(demo);
    const options = { ...(await world.joinOptions(demo, 'Grace')), signature: await world.signature(number, 0, world.app('Compares error messages').sdkKey) };
    await person.init();
    const outcome = await person.join({ ...options, password: 'certainly-wrong' });
    expect(outcome.rejected).toMatchObject({ ...wrong, reason: sentence });
    expect((await person.events('connection-change')).at(-1)).toMatchObject({ ...wrong, state: 'Fail', reason: sentence });
    await person.mustJoin(options);
    await host.call('expel', { userId: await person.userId() });
    await expect.poll(async () => (await person.events('connection-change')).at(-1)).toMatchObject({ state: 'Closed', errorCode: 3009, name: 'BE_REMOVED', reason: 'Be removed.' });
  });
});

test.describe('the dialog of a refused join', () => {
  test('shows what helps, and details for developers; closing it shows the page of the app, or goes to leaveUrl where there is none', async ({ world, people }) => {
    const person = await people.open('client');
    await person.init();
    const { error } = await person.join(await world.joinOptions(demo, 'Grace').then((o) => ({ ...o, password: 'certainly-wrong' })));
    const dialog = person.page.getByRole('alertdialog');
    await expect(dialog).toContainText('3004');
    await expect(dialog).toContainText(String(error?.['attemptId']));
    await expect(dialog.getByText('Meeting Passcode wrong.')).toBeHidden();
    await dialog.getByText('For developers').click();
    await expect(dialog.getByText('Meeting Passcode wrong.')).toBeVisible();
    await expect(dialog).toContainText(String(error?.['remedy']).slice(0, 20));
    const address = person.page.url();
    await person.page.evaluate(() => document.body.append('A page of the app'));
    await person.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(person.page.locator('#zmmtg-root')).toBeHidden();
    expect(person.page.url()).toBe(address);
    // The page is as good as new.
    await person.mustJoin(await world.joinOptions(demo, 'Grace'));
    await person.leave();
    const blank = await people.open('client');
    await blank.init();
    await blank.join(await world.joinOptions(demo, 'Grace').then((o) => ({ ...o, password: 'certainly-wrong' })));
    await blank.page.getByRole('button', { name: 'Close' }).click();
    await blank.page.waitForURL('**/left');
  });

  test('is not there with isShowJoiningErrorDialog: false, while the callback comes', async ({ world, people }) => {
    const person = await people.open('client');
    await person.init({ isShowJoiningErrorDialog: false });
    const outcome = await person.join({ ...(await world.joinOptions(demo, 'Grace')), password: 'certainly-wrong' });
    await expectRefusal(person, outcome, { code: 3004, name: 'WRONG_MEETING_PASSWORD', message: 'Meeting Passcode wrong.', cause: 'passcode_wrong' });
    await expect(person.page.locator('#zmmtg-root')).toBeHidden();
    await expect(person.page.getByRole('alertdialog')).toHaveCount(0);
  });
});
