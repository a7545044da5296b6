import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createEmbedded } from '../src/component-view/factory';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, refusal } from './support/fake-server';

let server: FakeServer;
let embedded: ReturnType<typeof createEmbedded>;
let zoomAppRoot: HTMLElement;

beforeEach(() => {
  server = new FakeServer();
  embedded = createEmbedded(server.environment());
  zoomAppRoot = document.createElement('div');
  document.body.replaceChildren(zoomAppRoot);
});

async function joined() {
  const client = embedded.createClient();
  const changes: unknown[] = [];
  client.on('connection-change', (payload: unknown) => void changes.push(payload));
  await client.init({ zoomAppRoot, language: 'en-US' });
  await client.join(joinArgs);
  return { client, changes };
}

async function rejection(promise: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  try {
    await promise;
  } catch (error) {
    return error as Record<string, unknown> & Error;
  }
  throw new Error('the promise did not reject');
}

describe('joining', () => {
  it('resolves to an empty text and shows the roster', async () => {
    const { client, changes } = await joined();
    expect(changes).toEqual([{ state: 'Connecting' }, { state: 'Connected' }]);
    expect(client.getCurrentUser()).toMatchObject({ userId: 2, userName: 'Person 2', displayName: 'Person 2', isHost: false, bHold: false, muted: true, bVideoOn: false, audio: '', bRaiseHand: false });
    expect(client.getAttendeeslist().map((p) => p.userId)).toEqual([2, 1]);
    expect(client.getCurrentMeetingInfo()).toMatchObject({ isInMeeting: true, meetingNumber: 12345678901, meetingTopic: 'Tea' });
    expect(server.joins[0]).toMatchObject({ view: 'component', sdkVersion: '6.2.0', userName: 'Ada', meetingNumber: '123 4567-8901' });
  });

  it('awaits an init that still runs', async () => {
    const client = embedded.createClient();
    void client.init({ zoomAppRoot });
    await expect(client.join(joinArgs)).resolves.toBe('');
  });

  it('is code 2 without init, and after an init that failed', async () => {
    const client = embedded.createClient();
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 2, reason: 'MEETING_NOT_INIT', cause: 'init_not_called' });
    await rejection(client.init({}));
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 2, cause: 'init_failed' });
    expect(server.joins).toHaveLength(0);
  });

  it('yields one participant under a StrictMode double mount', async () => {
    const client = embedded.createClient();
    void client.init({ zoomAppRoot });
    const first = client.join(joinArgs);
    expect(embedded.createClient()).toBe(client);
    void client.init({ zoomAppRoot });
    const second = client.join({ ...joinArgs, signature: 'fresh', meetingNumber: 12345678901 });
    await expect(Promise.all([first, second])).resolves.toEqual(['', '']);
    expect(server.joins).toHaveLength(1);
    await expect(client.join(joinArgs)).resolves.toBe('');
    expect(server.admissions).toBe(1);
  });

  it.each(['initialising', 'joining'])('yields one participant when the first mount is destroyed while %s', async (when) => {
    let answer = (): void => undefined;
    if (when === 'joining') {
      server.replies = [(request) => new Promise((resolve) => (answer = () => resolve(server.admit(request))))];
    }
    const first = embedded.createClient();
    void first.init({ zoomAppRoot });
    const abandoned = rejection(first.join(joinArgs));
    if (when === 'joining') await settle();
    embedded.destroyClient();
    queueMicrotask(() => answer());
    const second = embedded.createClient();
    void second.init({ zoomAppRoot });
    await expect(second.join(joinArgs)).resolves.toBe('');
    await abandoned;
    expect(server.admissions).toBe(1);
  });

  it('is 3005 for another meeting, without a status while the first is live', async () => {
    const { client, changes } = await joined();
    changes.length = 0;
    expect(await rejection(client.join({ ...joinArgs, meetingNumber: '999999999' }))).toMatchObject({ errorCode: 3005, reason: 'ANOTHER_MEETING_RUNNING', cause: 'other_meeting_in_page' });
    expect(changes).toEqual([]);
  });

  it.each([
    ['insecure_context', { secure: false }],
    ['browser_unsupported', { webRTC: false }],
  ])('is 200 %s', async (cause, facts) => {
    Object.assign(server.capabilities, facts);
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 200, reason: 'FAIL', cause });
    expect(server.joins).toHaveLength(0);
  });

  it.each(['ui', 'media'] as const)('is 200 asset_blocked when the %s chunk is blocked, and works once it is not', async (chunk) => {
    server.blocked = chunk;
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 200, cause: 'asset_blocked' });
    // The other participant leaves before the next join.
    server.blocked = null;
    await expect(client.join(joinArgs)).resolves.toBe('');
    expect(server.received.map((r) => r.path)).toEqual(['/sdk/v1/join', '/sdk/v1/leave', '/sdk/v1/join']);
    expect(server.received[1]?.body).toEqual({ resumeToken: 'resume-1' });
    expect(server.admissions).toBe(1);
  });

  it('leaves again if it is admitted only after the join failed for a blocked chunk', async () => {
    let answer = (): void => undefined;
    const responded = new Promise<void>((resolve) => (answer = resolve));
    server.replies = [(request) => responded.then(() => server.admit(request))];
    server.blocked = 'media';
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 200, cause: 'asset_blocked' });
    expect(server.admissions).toBe(0);
    answer();
    await settle();
    expect(server.received.map((r) => r.path)).toEqual(['/sdk/v1/join', '/sdk/v1/leave']);
    expect(server.admissions).toBe(0);
    expect(server.transports).toHaveLength(0);
  });

  it('reports a blocked chunk before a refusal of the server', async () => {
    server.replies = [refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong')];
    server.blocked = 'ui';
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 200, cause: 'asset_blocked' });
  });

  it('sends the join request while the media chunk still loads, and passes the participant count to the engine', async () => {
    let arrive = (): void => undefined;
    server.mediaArrives = new Promise((resolve) => (arrive = resolve));
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    const join = client.join(joinArgs);
    await settle();
    expect(server.joins).toHaveLength(1);
    expect([server.prepared, server.media.length]).toEqual([0, 0]);
    arrive();
    await expect(join).resolves.toBe('');
    expect(server.prepared).toBe(1);
    expect(server.participantCounts).toEqual([2]);
  });

  it('reports a refusal that arrived before the chunks', async () => {
    let arrive = (): void => undefined;
    server.mediaArrives = new Promise((resolve) => (arrive = resolve));
    server.replies = [refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong')];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    const join = rejection(client.join(joinArgs));
    await settle();
    arrive();
    expect(await join).toMatchObject({ errorCode: 3004 });
  });
});

describe('a refused join', () => {
  const wrongPassword = refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong', { evidence: 'it differs', alsoFailing: [] });

  it('rejects with an Error with all details in its own enumerable fields', async () => {
    server.replies = [wrongPassword];
    const client = embedded.createClient();
    const changes: unknown[] = [];
    client.on('connection-change', (payload: unknown) => void changes.push(payload));
    await client.init({ zoomAppRoot });
    const error = await rejection(client.join({ ...joinArgs, password: 'nope' }));
    expect(error).toBeInstanceOf(Error);
    expect({ ...error }).toEqual({
      type: 'JOIN_MEETING_FAILED', reason: 'WRONG_MEETING_PASSWORD', errorCode: 3004, message: 'Meeting Passcode wrong.', name: 'WRONG_MEETING_PASSWORD',
      cause: 'passcode_wrong', remedy: 'Do this.', retryable: false, retryAfter: null, attemptId: 'a-1', docs: '/docs/errors/3004', evidence: 'it differs', alsoFailing: [],
    });
    expect(changes).toEqual([
      { state: 'Connecting' },
      { state: 'Fail', reason: 'WRONG_MEETING_PASSWORD', errorCode: 3004, message: 'Meeting Passcode wrong.', name: 'WRONG_MEETING_PASSWORD', cause: 'passcode_wrong' },
    ]);
    expect(server.joins[0]).toMatchObject({ password: 'nope', passwordOption: 'password' });
  });

  it('gives the sentence where the app, or the server for it, wants it', async () => {
    server.replies = [wrongPassword, refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong', { reasonStyle: 'sentence' })];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot, reasonStyle: 'sentence' });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ reason: 'Meeting Passcode wrong.', name: 'WRONG_MEETING_PASSWORD' });
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ reason: 'Meeting Passcode wrong.' });
  });

  it('uses the same style for the reason of connection-change', async () => {
    server.replies = [refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong', { reasonStyle: 'sentence' })];
    const client = embedded.createClient();
    const reasons: unknown[] = [];
    client.on('connection-change', ({ reason }: { reason?: string }) => void reasons.push(reason));
    await client.init({ zoomAppRoot });
    await rejection(client.join(joinArgs));
    server.reasonStyle = 'sentence';
    await client.join(joinArgs);
    server.transport.handlers.closed(4502);
    // The app's own setting overrides the server's.
    await client.init({ zoomAppRoot, reasonStyle: 'name' });
    await client.join(joinArgs);
    server.transport.handlers.closed(4506);
    expect(reasons.filter(Boolean)).toEqual(['Meeting Passcode wrong.', 'Be removed.', 'AUTHORIZED_USER_LEFT']);
  });

  it('never polls on 3008, and the same client joins again', async () => {
    server.replies = [refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_not_here', { result: { topic: 'Tea', scheduleTime: null }, retryable: true })];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    expect(await rejection(client.join(joinArgs))).toMatchObject({ errorCode: 3008, reason: 'MEETING_NOT_START', result: { topic: 'Tea', scheduleTime: null } });
    await server.clock.advance(120_000);
    expect(server.joins).toHaveLength(1);
    await expect(client.join(joinArgs)).resolves.toBe('');
  });

  it('calls the handlers in the options as well', async () => {
    server.replies = [wrongPassword];
    const seen: unknown[] = [];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    await rejection(client.join({ ...joinArgs, error: (e: { errorCode: number }) => seen.push(e.errorCode) }));
    await client.join({ ...joinArgs, success: (answer: unknown) => seen.push(answer) });
    expect(seen).toEqual([3004, '']);
  });
});

describe('functions', () => {
  it.each([
    ['before a join', 'closed'],
    ['in the waiting room', 'on hold'],
    ['while reconnecting', 'reconnecting'],
  ])('are refused %s', async (_when, reason) => {
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    if (reason === 'on hold') server.state = 'waiting';
    if (reason === 'on hold') server.participants[1] = person(2, { state: 'waiting' });
    if (reason !== 'closed') await client.join(joinArgs);
    if (reason === 'reconnecting') server.transport.handlers.lost();
    await server.clock.advance(1_600);
    const error = await rejection(client.lockMeeting(true));
    expect({ ...error }).toEqual({ type: 'IMPROPER_MEETING_STATE', reason, errorCode: 1, message: `IMPROPER_MEETING_STATE: ${reason}` });
  });

  it('that are not supported reject', async () => {
    const { client } = await joined();
    expect(await rejection(client.record('start'))).toMatchObject({ type: 'INVALID_OPERATION', errorCode: 1, reason: 'record is not supported: server-side recording and streaming are not available' });
  });

  it('become commands', async () => {
    const { client } = await joined();
    await client.rename('Eve', 1);
    await client.putOnHold(1, true);
    await client.putOnHold(1, false);
    await client.makeCoHost(1);
    await client.revokeCoHost(1);
    expect(server.commands.map(({ type, data }) => [type, data])).toEqual([
      ['seat.rename', { userId: 1, userName: 'Eve' }],
      ['seat.hold', { userId: 1, hold: true }],
      ['seat.admit', { userId: 1 }],
      ['seat.role', { userId: 1, role: 'cohost' }],
      ['seat.role', { userId: 1, role: 'attendee' }],
    ]);
    expect(await rejection(client.expel('x'))).toMatchObject({ type: 'INVALID_PARAMETERS' });
  });

  it('resolve sendChat to the sent message', async () => {
    const { client } = await joined();
    server.onCommand = (type) => {
      if (type === 'chat.send') server.publish('chat.message', { id: 'c1', text: 'Hi', sentAt: '2026-01-01T00:00:01Z', sender: { userId: 2, name: 'Person 2' }, receiver: null });
      return {};
    };
    await expect(client.sendChat('Hi')).resolves.toEqual({ id: 'c1', message: 'Hi', sender: { name: 'Person 2', userId: 2 }, receiver: { name: 'Everyone', userId: 0 }, timestamp: Date.parse('2026-01-01T00:00:01Z') });
    expect(await rejection(client.sendChat('x'.repeat(21)))).toMatchObject({ type: 'INVALID_PARAMETERS' });
  });

  it('throws from updateVideoOptions before the view is mounted', () => {
    expect(() => embedded.createClient().updateVideoOptions({})).toThrow();
  });

  /** A client that records what its view receives. */
  function watched() {
    const environment = server.environment();
    const seen = { updates: [] as { customize?: unknown; defaultView?: unknown }[], layouts: [] as unknown[], mounted: [] as unknown[] };
    environment.chunks.ui = async () => ({
      mountClientView: () => ({ update: () => undefined, unmount: () => undefined }),
      mountComponentView: (_root, _model, options) => {
        seen.mounted.push(options);
        return { update: (change) => void seen.updates.push(change), setLayout: (layout) => void seen.layouts.push(layout), unmount: () => undefined };
      },
    });
    return { client: createEmbedded(environment).createClient(), seen };
  }

  it('accepts one size of the video, or one side, without resetting the others', async () => {
    const { client, seen } = watched();
    const ribbon = { width: 300, height: 700 };
    await client.init({ zoomAppRoot, customize: { video: { isResizable: false, viewSizes: { ribbon } } } });
    client.updateVideoOptions({ viewSizes: { default: { width: '1000', height: 600 } } });
    expect(seen.updates.at(-1)).toEqual({ customize: { video: { isResizable: false, viewSizes: { ribbon, default: { width: 1000, height: 600 } } } } });
    client.updateVideoOptions({ viewSizes: { default: { height: '700px' } } });
    expect(seen.updates.at(-1)).toEqual({ customize: { video: { isResizable: false, viewSizes: { ribbon, default: { width: 1000, height: 700 } } } } });
  });

  it.each(['99', 99, -5, 10_001, Number.NaN, '50%', 'wide', {}, true])('warns once that %j is not a width, and applies the height', async (width) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { client, seen } = watched();
    await client.init({ zoomAppRoot, customize: { video: { viewSizes: { ribbon: { width, height: 500 } } } } });
    await client.init({ zoomAppRoot, customize: { video: { viewSizes: { ribbon: { width, height: 500 } } } } });
    expect(seen.mounted[0]).toMatchObject({ customize: { video: { viewSizes: { ribbon: { height: 500 } } } } });
    expect(JSON.stringify(seen.mounted[0])).not.toContain('width');
    expect(warn.mock.calls.filter(([, text]) => String(text).includes('viewSizes.ribbon.width'))).toHaveLength(1);
  });

  it('warns of other invalid video options', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { client } = watched();
    await client.init({ zoomAppRoot, customize: { video: { viewSizes: { gallery: { width: 500 } }, defaultViewType: 'grid' } } });
    client.updateVideoOptions({ viewSizes: 'large', defaultViewType: 'ribbon' });
    client.updateVideoOptions(640);
    const texts = warn.mock.calls.map(([, text]) => String(text));
    for (const part of ['has no option "gallery"', 'defaultViewType is "grid"', 'viewSizes is "large"', 'defaultViewType applies only at init', 'customize.video is 640']) expect(texts.filter((text) => text.includes(part)), part).toHaveLength(1);
  });

  it('changes the layout whenever it is asked to: before init, before and after joining', async () => {
    const { client, seen } = watched();
    await client.setViewType('ribbon');
    await client.init({ zoomAppRoot });
    expect(seen.mounted).toEqual([expect.objectContaining({ defaultView: 'ribbon' })]);
    await client.setViewType('gallery');
    await client.join(joinArgs);
    await client.setViewType('gallery');
    await client.setViewType('minimized');
    expect(seen.layouts).toEqual(['gallery', 'gallery', 'minimized']);
    expect(await rejection(client.setViewType('grid'))).toMatchObject({ type: 'INVALID_PARAMETERS' });
  });

  it('keeps names that never existed undefined, and unknown events harmless', () => {
    const client = embedded.createClient() as unknown as Record<string, unknown>;
    for (const name of ['leave', 'destroy', 'mount', 'joinAudio', 'getMediaStream', 'getParticipantsList']) expect(client[name]).toBeUndefined();
    expect(() => embedded.createClient().on('device-change', () => undefined)).not.toThrow();
    expect(() => createEmbedded(server.environment()).destroyClient()).not.toThrow();
  });
});

describe('events', () => {
  it('report later joins as arrays, and changes as partial records', async () => {
    const { client } = await joined();
    const seen: [string, unknown][] = [];
    for (const name of ['user-added', 'user-updated', 'user-removed']) client.on(name, (payload: unknown) => void seen.push([name, payload]));
    server.publish('participant.added', person(3));
    server.publish('participant.updated', { userId: 3, handRaised: true });
    server.publish('participant.removed', { userId: 3, reason: 'left' });
    expect(seen[0]).toEqual(['user-added', [expect.objectContaining({ userId: 3, displayName: 'Person 3', bCoHost: false })]]);
    expect(seen[1]).toEqual(['user-updated', [{ userId: 3, bRaiseHand: true }]]);
    expect(seen[2]).toEqual(['user-removed', [expect.objectContaining({ userId: 3 })]]);
    expect(seen).toHaveLength(3);
  });

  it('off takes a handler away', async () => {
    const { client } = await joined();
    const seen: unknown[] = [];
    const handler = (payload: unknown): void => void seen.push(payload);
    client.on('user-added', handler);
    client.off('user-added', handler);
    server.publish('participant.added', person(3));
    expect(seen).toEqual([]);
  });
});

describe('a client that is destroyed while it joins', () => {
  it('draws nothing any more, however the join ends', async () => {
    let answer = (): void => undefined;
    const refused = refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_absent');
    server.replies = [(request) => new Promise((resolve) => (answer = () => resolve(refused(request))))];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    const joining = client.join(joinArgs).catch(() => undefined);
    await settle();
    embedded.destroyClient();
    answer();
    await joining;
    await settle();
    expect(server.mounts.filter((view) => view.mounted)).toEqual([]);
  });
});
