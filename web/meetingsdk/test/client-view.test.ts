import { beforeEach, describe, expect, it } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, refusal } from './support/fake-server';

let server: FakeServer;
let zoom: ReturnType<typeof createZoomMtg>;
let log: [string, unknown][];

const notStarted = refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_not_here', { result: { topic: 'Tea', scheduleTime: '2026-01-01T10:00:00Z' }, retryable: true });

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
  zoom = createZoomMtg(server.environment());
  log = [];
  for (const name of ['onMeetingStatus', 'onUserJoin', 'onUserLeave', 'onUserUpdate', 'onReceiveChatMsg', 'onActiveSpeaker', 'onUserIsInWaitingRoom']) {
    zoom.inMeetingServiceListener(name, (payload: unknown) => void log.push([name, payload]));
  }
});

const callbacks = () => ({
  success: (answer: unknown) => void log.push(['success', answer]),
  error: (answer: unknown) => void log.push(['error', answer]),
});
const names = (): string[] => log.map(([name, payload]) => (name === 'onMeetingStatus' ? `status ${(payload as { status: number }).status}` : name));
const root = (): HTMLElement => document.getElementById('zmmtg-root') ?? document.createElement('p');

async function start(init: object = {}): Promise<void> {
  await zoom.init({ leaveUrl: '/bye', disablePreview: true, ...init });
  zoom.join({ ...joinArgs, ...callbacks() });
  await settle();
}

describe('joining', () => {
  it('has both elements as soon as it is there, hidden until a join', async () => {
    expect(root().style.display).toBe('none');
    expect(document.getElementById('aria-notify-area')).not.toBeNull();
    await start();
    expect(root().style.display).toBe('block');
    expect(server.mounts).toEqual([{ view: 'client', root: root(), mounted: true }]);
  });

  it('calls success with the shape of the contract, init and join back to back', async () => {
    zoom.init({ leaveUrl: '/bye', disablePreview: true, success: () => undefined });
    zoom.join({ ...joinArgs, passWord: 'p', ...callbacks() });
    await settle();
    expect(log).toContainEqual(['success', { method: 'join', status: true, errorCode: 0, errorMessage: null, result: null }]);
    expect(names()).toEqual(['status 1', 'success', 'onUserJoin', 'onUserJoin', 'status 2']);
    expect(server.joins[0]).toMatchObject({ view: 'client', password: 'p', passwordOption: 'passWord' });
  });

  it('calls success once the meeting is drawn, for apps look for it in the document then', async () => {
    const { chunks, ...environment } = server.environment();
    let draw = (): void => undefined;
    const drawn = new Promise<void>((resolve) => (draw = resolve));
    const ui = async (): ReturnType<typeof chunks.ui> => {
      const chunk = await chunks.ui();
      return { ...chunk, mountClientView: (...given) => ({ ...chunk.mountClientView(...given), rendered: () => drawn }) };
    };
    zoom = createZoomMtg({ ...environment, chunks: { ...chunks, ui } });
    await start();
    await server.clock.advance(5_000);
    expect(log).toEqual([]);
    draw();
    await settle();
    expect(log.map(([name]) => name)).toEqual(['success']);
  });

  it('returns promises if there are no callbacks', async () => {
    await expect(zoom.init({ leaveUrl: '/bye', disablePreview: true })).resolves.toMatchObject({ method: 'init', status: true });
    await expect(zoom.join(joinArgs)).resolves.toEqual({ method: 'join', status: true, errorCode: 0, errorMessage: null, result: null });
    await expect(zoom.getAttendeeslist({})).resolves.toMatchObject({ result: { attendeesList: [{ userId: 2 }, { userId: 1, isHost: true }] } });
    await expect(zoom.getCurrentUser({})).resolves.toMatchObject({ result: { currentUser: { userId: 2, userName: 'Person 2' } } });
  });

  it('reports a refusal to error, then as status 3, with every field', async () => {
    server.replies = [refusal(4012, 'NOT_ALLOW_ANONYMOUS_JOIN', 'Anonymous joins are not allowed.', 'no_token', { evidence: 'none was given' })];
    await start();
    expect(log.slice(1)).toEqual([
      ['error', {
        method: 'join', status: false, errorCode: 4012, errorMessage: 'Anonymous joins are not allowed.', result: null, name: 'NOT_ALLOW_ANONYMOUS_JOIN', cause: 'no_token',
        remedy: 'Do this.', retryable: false, retryAfter: null, attemptId: 'a-1', docs: '/docs/errors/4012', evidence: 'none was given',
      }],
      ['onMeetingStatus', { status: 3, meetingStatus: 3, errorCode: 4012, errorMessage: 'Anonymous joins are not allowed.', name: 'NOT_ALLOW_ANONYMOUS_JOIN', cause: 'no_token' }],
    ]);
    expect(server.navigated).toEqual([]);
  });

  it('rejects the promise with an Error of the same fields', async () => {
    server.replies = [refusal(3712, 'SIGNATURE_INVALID', 'Signature is invalid.', 'unknown_secret')];
    await zoom.init({ leaveUrl: '/bye', disablePreview: true });
    const error = await zoom.join(joinArgs)?.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Error);
    expect({ ...(error as object) }).toMatchObject({ method: 'join', status: false, errorCode: 3712, errorMessage: 'Signature is invalid.', name: 'SIGNATURE_INVALID', cause: 'unknown_secret', result: null });
  });

  it('is 2 without init and 1 for a page that cannot hold a meeting', async () => {
    zoom.join({ ...joinArgs, ...callbacks() });
    await settle();
    expect(log[0]).toMatchObject(['error', { errorCode: 2, name: 'MEETING_NOT_INIT', cause: 'init_not_called' }]);
    server.capabilities.webRTC = false;
    log = [];
    await start();
    expect(log[1]).toMatchObject(['error', { errorCode: 1, name: 'FAIL', cause: 'browser_unsupported' }]);
  });

  it.each([
    ['browser_unsupported', () => void (server.capabilities.webRTC = false)],
    ['asset_blocked', () => void (server.blocked = 'media')],
  ])('is there to show %s, unless the app shows its own', async (cause, hinder) => {
    hinder();
    await start();
    expect(log.at(-1)).toMatchObject(['onMeetingStatus', { status: 3, errorCode: 1, cause }]);
    expect(server.mounts).toMatchObject([{ view: 'client', mounted: true }]);
    expect(root().style.display).toBe('block');
    await start({ isShowJoiningErrorDialog: false });
    expect(root().style.display).toBe('none');
  });

  it('is 3005 for another meeting number, without a status event', async () => {
    await start();
    log = [];
    zoom.join({ ...joinArgs, meetingNumber: 999999999, ...callbacks() });
    await settle();
    expect(log).toMatchObject([['error', { errorCode: 3005, cause: 'other_meeting_in_page' }]]);
  });

  it('is 3621 after 15 s of silence, all tries under one joinId', async () => {
    server.replies = Array.from({ length: 9 }, () => () => new Promise<Response>(() => undefined));
    await start();
    await server.clock.advance(14_900);
    expect(names()).toEqual(['status 1']);
    await server.clock.advance(200);
    expect(log[1]).toMatchObject(['error', { errorCode: 3621, name: 'NO_RESPONSE_FROM_WEB', cause: 'timeout' }]);
    expect(new Set(server.joins.map((j) => j.joinId)).size).toBe(1);
    expect(server.joins.length).toBeGreaterThan(1);
  });

  it.each([
    [() => Promise.reject(new TypeError('Failed to fetch')), true, 'unreachable'],
    [() => Promise.reject(new TypeError('Failed to fetch')), false, 'offline'],
  ])('names why nothing answered (%#)', async (reply, online, cause) => {
    server.replies = Array.from({ length: 20 }, () => reply);
    server.capabilities.online = online;
    await start();
    await server.clock.advance(15_100);
    expect(log[1]).toMatchObject(['error', { errorCode: 3621, cause }]);
  });

  it('survives a lost response', async () => {
    server.replies = [() => Promise.reject(new TypeError('Failed to fetch')), () => new Response('bad gateway', { status: 502 })];
    await start();
    await server.clock.advance(2_000);
    expect(names()).toContain('success');
    expect(new Set(server.joins.map((j) => j.joinId)).size).toBe(1);
  });
});

describe('waiting for the host', () => {
  it('calls error once, waits by itself, and calls success after joining', async () => {
    server.replies = [notStarted, notStarted, notStarted];
    await start();
    expect(log[1]).toMatchObject(['error', { errorCode: 3008, name: 'MEETING_NOT_START', result: { topic: 'Tea', scheduleTime: '2026-01-01T10:00:00Z' } }]);
    await server.clock.advance(6_000);
    expect(names()).toEqual(['status 1', 'error']);
    await server.clock.advance(10_000);
    expect(names()).toEqual(['status 1', 'error', 'success', 'onUserJoin', 'onUserJoin', 'status 2']);
  });

  it('lets the own join of the app adopt the waiting one', async () => {
    server.replies = [notStarted, notStarted];
    await start();
    const again: string[] = [];
    zoom.join({ ...joinArgs, success: () => again.push('success'), error: () => again.push('error') });
    await server.clock.advance(11_000);
    expect(again).toEqual(['success']);
    expect(server.admissions).toBe(1);
  });

  it('goes on through a hiccup of the server, and ends with a real refusal', async () => {
    server.replies = [notStarted, refusal(4009, 'SERVER_ERROR', 'x', 'storage_unavailable'), refusal(3705, 'SIGNATURE_EXPIRED', 'Signature expired.', 'expired')];
    await start();
    await server.clock.advance(11_000);
    expect(names()).toEqual(['status 1', 'error', 'error', 'status 3']);
    expect(log[2]).toMatchObject(['error', { errorCode: 3705 }]);
  });

  it('is a plain error with dialogs off', async () => {
    server.replies = [notStarted];
    await start({ isShowJoiningErrorDialog: false });
    await server.clock.advance(60_000);
    expect(names()).toEqual(['status 1', 'error', 'status 3']);
    expect(root().style.display).toBe('none');
    expect(server.joins).toHaveLength(1);
  });

  it('leaves with reason 4', async () => {
    server.replies = [notStarted];
    await start();
    await zoom.leaveMeeting({})?.catch(() => undefined);
    expect(log).toContainEqual(['onUserLeave', { reasonCode: 4 }]);
    await server.clock.advance(60_000);
    expect(server.joins).toHaveLength(1);
  });
});

describe('inside', () => {
  it('reports participants, chat and speakers', async () => {
    await start();
    log = [];
    server.publish('participant.added', person(3));
    server.publish('participant.updated', { userId: 3, muted: false });
    server.publish('chat.message', { id: 'c1', text: 'Hi', sentAt: '2026-01-01T00:00:01Z', sender: { userId: 3, name: 'Person 3' }, receiver: null });
    server.engine.handlers.speaking(['seat-3', 'nobody']);
    server.publish('participant.removed', { userId: 3, reason: 'left' });
    expect(log).toMatchObject([
      ['onUserJoin', { userId: 3, userName: 'Person 3' }],
      ['onUserUpdate', { userId: 3, muted: false }],
      ['onReceiveChatMsg', { content: { messageId: 'c1', text: 'Hi', t: Date.parse('2026-01-01T00:00:01Z') }, sender: 'Person 3', senderId: 3 }],
      ['onActiveSpeaker', [{ userId: 3, userName: 'Person 3' }]],
      ['onUserLeave', { userId: 3 }],
    ]);
  });

  it('refuses with code 1 what may not be', async () => {
    await start();
    const { TransportError } = await import('../src/core/transport');
    server.onCommand = () => {
      throw new TransportError(1001, 'INSUFFICIENT_PRIVILEGES', false);
    };
    log = [];
    zoom.lockMeeting({ lockMeeting: true, ...callbacks() });
    await settle();
    expect(log).toEqual([['error', { method: 'lockMeeting', status: false, errorCode: 1, errorMessage: 'host or co-host only', result: null, name: 'FAIL', cause: 'not_allowed', type: 'INSUFFICIENT_PRIVILEGES' }]]);
  });

  it('reports functions that are not supported', async () => {
    log = [];
    zoom.createBreakoutRoom({ data: 2, ...callbacks() });
    await settle();
    expect(log).toMatchObject([['error', { method: 'createBreakoutRoom', status: false, errorCode: 1, errorMessage: 'createBreakoutRoom is not supported: breakout rooms are not available', result: null }]]);
    await expect(zoom.record({ record: true })).rejects.toMatchObject({ errorCode: 1 });
  });

  it.each([
    [4501, 4004, 1],
    [4502, 3009, 6],
    [4506, 4019, 0],
    [4504, 4001, 0],
    [4508, 4004, 0],
  ])('closing code %i becomes %i with leave reason %i', async (closeCode, errorCode, reasonCode) => {
    await start();
    log = [];
    server.transport.handlers.closed(closeCode);
    await settle();
    expect(log).toMatchObject([
      ['onUserLeave', { reasonCode }],
      ['onMeetingStatus', { status: 3, errorCode }],
    ]);
  });

  it.each([
    [4501, ['/bye']],
    [4502, ['/bye']],
    [4506, ['/bye']],
    [4504, []],
  ])('after closing code %i the page says so for a while, then goes to %j', async (closeCode, addresses) => {
    await start();
    server.transport.handlers.closed(closeCode);
    await server.clock.advance(9_000);
    expect(server.navigated).toEqual([]);
    expect(root().style.display).toBe('block');
    await server.clock.advance(2_000);
    expect(server.navigated).toEqual(addresses.map((address) => location.origin + address));
  });

  it('leaves with reason 5 and no error when another page takes over', async () => {
    await start();
    log = [];
    server.transport.handlers.closed(4503);
    await settle();
    expect(log).toEqual([
      ['onUserLeave', { reasonCode: 5 }],
      ['onMeetingStatus', { status: 3, meetingStatus: 3 }],
    ]);
  });

  it('goes to leaveUrl after leaving, and releases the participant', async () => {
    await start();
    await zoom.leaveMeeting();
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
    expect(server.received.at(-1)).toEqual({ path: '/sdk/v1/leave', body: { resumeToken: 'resume-1' } });
    expect(log).toContainEqual(['onUserLeave', { reasonCode: 2 }]);
    expect(root().style.display).toBe('none');
  });
});

describe('the waiting room', () => {
  it('succeeds, emits events, refuses functions, and joins when admitted', async () => {
    const levels: number[] = [];
    zoom.inMeetingServiceListener('onJoinSpeed', (p: { level: number }) => void levels.push(p.level));
    server.state = 'waiting';
    server.participants = [person(2, { state: 'waiting' })];
    await start();
    expect(names()).toEqual(['status 1', 'success', 'status 2', 'onUserIsInWaitingRoom']);
    expect(levels).toEqual([1, 6]);
    await expect(zoom.getAttendeeslist({})).rejects.toMatchObject({ errorCode: 1, type: 'IMPROPER_MEETING_STATE', errorMessage: 'on hold' });
    server.participants = [person(1, { role: 'host', sharing: true }), person(2)];
    zoom.inMeetingServiceListener('receiveSharingChannelReady', (payload: unknown) => void log.push(['receiveSharingChannelReady', payload]));
    server.publish('seat.admitted', {}, 0);
    await settle();
    expect(log.filter(([name]) => name === 'receiveSharingChannelReady')).toEqual([['receiveSharingChannelReady', { userId: 1 }]]);
    expect(levels).toEqual([1, 6, 7, 8, 13, 15, 9, 10, 11, 12, 14, 16, 17]);
    expect(server.engine.calls).toContain('connect fresh');
    // Apps have no other source of their roster than these.
    expect(log.filter(([name]) => name === 'onUserJoin')).toMatchObject([
      ['onUserJoin', { userId: 2, self: true, isHold: false }],
      ['onUserJoin', { userId: 1, self: false }],
    ]);
    await expect(zoom.getAttendeeslist({})).resolves.toMatchObject({ result: { attendeesList: [{ userId: 2 }, { userId: 1 }] } });
  });

  it('reports only the own participant when it is admitted again', async () => {
    await start();
    log.length = 0;
    server.publish('seat.held', {}, 0);
    await settle();
    server.participants = [person(1, { role: 'host' }), person(2), person(3)];
    server.publish('seat.admitted', {}, 0);
    await settle();
    expect(log.filter(([name]) => name === 'onUserJoin').map(([, p]) => p)).toMatchObject([{ userId: 3, self: false }, { userId: 2, self: true }]);
  });

  it('moves participants back and closes what they send', async () => {
    await start();
    server.participants = [person(1, { role: 'host' }), person(2, { state: 'waiting' })];
    server.publish('seat.held', {}, 0);
    await settle();
    expect(server.engine.calls.at(-1)).toBe('disconnect');
    expect(log.at(-1)).toMatchObject(['onUserIsInWaitingRoom', { isSelf: true, isHold: true }]);
    server.transport.handlers.closed(4509);
    expect(log).toContainEqual(['onUserLeave', { reasonCode: 7 }]);
  });
});
