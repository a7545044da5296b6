import { beforeEach, describe, expect, it } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createMeeting } from '../src/core/create-meeting';
import type { Meeting } from '../src/core/meeting';
import { createEmbedded } from '../src/component-view/factory';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person } from './support/fake-server';

let server: FakeServer;
/** The events that the app received since it joined, in order. */
let events: string[];

beforeEach(() => {
  server = new FakeServer();
  events = [];
});

const views = {
  async component() {
    const zoomAppRoot = document.createElement('div');
    document.body.replaceChildren(zoomAppRoot);
    const client = createEmbedded(server.environment()).createClient();
    client.on('connection-change', (payload: unknown) => {
      const { state, errorCode } = payload as { state: string; errorCode?: number };
      events.push(errorCode ? `${state} ${errorCode}` : state);
    });
    await client.init({ zoomAppRoot });
    await client.join(joinArgs);
  },
  async client() {
    document.body.replaceChildren();
    const zoom = createZoomMtg(server.environment());
    zoom.inMeetingServiceListener('onMeetingStatus', (payload: unknown) => {
      const { status, errorCode } = payload as { status: number; errorCode?: number };
      events.push(errorCode ? `${status} ${errorCode}` : String(status));
    });
    zoom.inMeetingServiceListener('onUserIsInWaitingRoom', () => void events.push('waiting room'));
    await zoom.init({ leaveUrl: '/bye', disablePreview: true, onRetryCallback: () => void events.push('retry') });
    await zoom.join(joinArgs);
  },
};

type View = keyof typeof views;

async function enter(view: View): Promise<void> {
  await views[view]();
  await settle();
  events.length = 0;
}

/** The media server ends the connection at our server's request. */
const thrownOut = (): void => server.engine.handlers.disconnected(true);

const endings: { name: string; closeCode: number; event?: [string, object]; client: string; component: string }[] = [
  { name: 'the host ends the meeting', closeCode: 4501, event: ['session.ended', { reason: 'ended_by_host' }], client: '3 4004', component: 'Closed 4004' },
  { name: 'its time is up', closeCode: 4508, event: ['session.ended', { reason: 'duration_limit' }], client: '3 4004', component: 'Closed 4004' },
  { name: 'a host removes this participant', closeCode: 4502, client: '3 3009', component: 'Closed 3009' },
  { name: 'the authorising user leaves', closeCode: 4506, client: '3 4019', component: 'Closed 4019' },
  { name: 'another page takes over', closeCode: 4503, client: '3', component: 'Closed' },
  { name: 'the place is given up', closeCode: 4504, client: '3 4001', component: 'Closed 4001' },
];

for (const view of ['component', 'client'] as const) {
  describe(`the reason comes first and alone in ${view} view`, () => {
    for (const { name, closeCode, event, ...last } of endings) {
      // The end of media may arrive before its reason, by a little or a lot.
      for (const lead of [0, 200, 2_800]) {
        it(`when ${name} and media end ${lead} ms before`, async () => {
          await enter(view);
          thrownOut();
          await server.clock.advance(lead);
          expect(events).toEqual([]);
          if (event) server.publish(...event);
          server.transport.handlers.closed(closeCode);
          await server.clock.advance(120_000);
          expect(events).toEqual([last[view]]);
          expect(server.engine.calls.filter((call) => call.startsWith('connect'))).toEqual(['connect first']);
        });
      }
    }

    it('when the connection is lost and only the next one reports why', async () => {
      await enter(view);
      server.engine.handlers.reconnecting();
      server.transport.handlers.lost();
      await server.clock.advance(1_000);
      server.transport.handlers.closed(4501);
      await server.clock.advance(120_000);
      expect(events).toEqual([view === 'client' ? '3 4004' : 'Closed 4004']);
    });
  });

  describe(`the waiting room in ${view} view`, () => {
    for (const mediaFirst of [true, false]) {
      it(`is no reconnect, media ${mediaFirst ? 'before' : 'after'} the reason, and neither is coming back`, async () => {
        await enter(view);
        if (mediaFirst) thrownOut();
        await server.clock.advance(200);
        server.publish('seat.held', {}, 0);
        if (!mediaFirst) thrownOut();
        await server.clock.advance(10_000);
        server.publish('seat.admitted', {}, 0);
        await server.clock.advance(120_000);
        expect(events).toEqual(view === 'client' ? ['waiting room', 'waiting room'] : []);
        expect(server.engine.calls.filter((call) => call.startsWith('connect'))).toEqual(['connect first', 'connect fresh']);
      });
    }
  });

  it(`media that ended without a reported reason are connected again in ${view} view`, async () => {
    await enter(view);
    thrownOut();
    await server.clock.advance(4_000);
    expect(server.engine.calls.filter((call) => call.startsWith('connect'))).toEqual(['connect first', 'connect fresh']);
    expect(events).toEqual([]);
  });
}

describe('devices come back as they were', () => {
  const calls = (): string[] => server.engine.calls.filter((call) => /^(openMic|setCamera|muteMic)/.test(call));

  /** A freshly loaded page of the same tab. */
  async function load(): Promise<Meeting> {
    server.page = { occupant: null, leaving: Promise.resolve() };
    const { meeting } = createMeeting('component', server.environment());
    meeting.trackInit(Promise.resolve());
    await meeting.join(joinArgs, { admitted: () => undefined, refused: (error) => { throw error; } }, () => ({ waitForHost: false }));
    await settle();
    return meeting;
  }

  const cases: [string, (client: Meeting['actions']) => Promise<unknown>, string[]][] = [
    ['nothing was on', async () => undefined, []],
    ['microphone and camera', async (c) => [await c.setMicrophone(true), await c.setCamera(true)], ['openMicrophone', 'setCamera true']],
    ['a muted microphone', async (c) => [await c.setMicrophone(true), await c.setMicrophone(false)], []],
    ['what was switched off stays off', async (c) => [await c.setMicrophone(true), await c.setCamera(true), await c.leaveAudio(), await c.setCamera(false)], []],
  ];

  for (const [name, act, expected] of cases) {
    it(`after a reload: ${name}`, async () => {
      const first = await load();
      await act(first.actions);
      const { microphone } = first.getState();
      expect((await load()).getState().microphone).toBe(microphone);
      expect(server.media).toHaveLength(2);
      expect(calls()).toEqual(expected);
    });

    it(`after the waiting room: ${name}`, async () => {
      await act((await load()).actions);
      server.publish('seat.held', {}, 0);
      await settle();
      const before = calls().length;
      server.publish('seat.admitted', {}, 0);
      await server.clock.advance(1_000);
      expect(calls().slice(before)).toEqual(expected);
    });
  }

  it('and there is no notice about devices that the waiting room closed', async () => {
    const meeting = await load();
    await meeting.actions.setMicrophone(true);
    await meeting.actions.setCamera(true);
    const { handlers } = server.engine;
    server.publish('seat.held', {}, 0);
    for (const source of ['microphone', 'camera', 'screen'] as const) handlers.sourceEnded(source);
    await settle();
    expect(meeting.getState().notices).toEqual([]);
    server.publish('seat.admitted', {}, 0);
    await server.clock.advance(1_000);
    handlers.sourceEnded('microphone');
    expect(meeting.getState().notices.map(({ key }) => key)).toEqual(['notice.micGone']);
  });

  it('but not at another place in the meeting, and not after leaving', async () => {
    const meeting = await load();
    await meeting.actions.setCamera(true);
    server.participants[1] = person(2, { mediaIdentity: 'seat-of-a-fresh-join' });
    await load();
    expect(calls()).toEqual([]);
    const again = await load();
    await again.actions.setCamera(true);
    await again.leave(true);
    await load();
    expect(calls()).toEqual([]);
  });
});

describe('unloading the page', () => {
  for (const view of ['component', 'client'] as const) {
    it(`notifies the server of the unload with the token in the body in ${view} view`, async () => {
      await enter(view);
      globalThis.dispatchEvent(new Event('pagehide'));
      await settle();
      const sent = server.received.filter((r) => r.path !== '/sdk/v1/join');
      expect(sent).toEqual([{ path: '/sdk/v1/goodbye', body: { resumeToken: 'resume-1' } }]);
    });
  }
});
