import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, refusal } from './support/fake-server';

let server: FakeServer;
let zoom: ReturnType<typeof createZoomMtg>;
let log: [string, Record<string, unknown>][];

const wrong = refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong');
const notStarted = refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_not_here', { result: { topic: 'Tea', scheduleTime: null }, retryable: true });
const busy = refusal(3711, 'CANT_HOST_CONCURRENT', 'Cannot not host another meeting concurrently.', 'host_busy', { result: { topic: 'Coffee', scheduleTime: null, meetingNumber: '98765432109' }, retryable: true });

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
  zoom = createZoomMtg(server.environment());
  log = [];
  for (const name of ['onMeetingStatus', 'onUserLeave']) zoom.inMeetingServiceListener(name, (payload: Record<string, unknown>) => void log.push([name, payload]));
});

const callbacks = () => ({
  success: (answer: Record<string, unknown>) => void log.push(['success', answer]),
  error: (answer: Record<string, unknown>) => void log.push(['error', answer]),
});
const names = (): string[] => log.map(([name, payload]) => (name === 'onMeetingStatus' ? `status ${String(payload.status)}` : name === 'error' ? `error ${String(payload.errorCode)}` : name));
const actions = () => {
  const mount = server.models.at(-1);
  if (!mount) throw new Error('no view was mounted');
  return mount.actions;
};
const modelState = () => server.models.at(-1)?.getState();

async function start(init: object = {}, join: object = {}): Promise<void> {
  await zoom.init({ leaveUrl: '/bye', disablePreview: true, ...init });
  zoom.join({ ...joinArgs, ...callbacks(), ...join });
  await settle();
}

async function embedded(init: object = {}) {
  const client = createEmbedded(server.environment()).createClient();
  const root = document.body.appendChild(document.createElement('div'));
  client.on('connection-change', (payload: Record<string, unknown>) => void log.push([String(payload.state), payload]));
  await client.init({ zoomAppRoot: root, ...init });
  return { client, root };
}

describe('where the page goes', () => {
  it.each([['./x.html', '/x.html'], ['?left=1', '/?left=1'], ['#/done', '/#/done'], ['/bye', '/bye']])('leaveUrl %s belongs to the page', async (leaveUrl, path) => {
    await start({ leaveUrl });
    await zoom.leaveMeeting();
    expect(server.navigated).toEqual([location.origin + path]);
  });

  it.each([['https://'], ['ftp://h'], ['javascript:alert(1)'], [4711]])('warns at init that leaveUrl %s is invalid, and goes to the own origin', async (leaveUrl) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await start({ leaveUrl });
    expect(warn.mock.calls.flat().join()).toContain('is not the address of a page');
    await zoom.leaveMeeting();
    expect(server.navigated).toEqual([location.origin]);
  });

  it('changeRedirectUrl refuses what is none, and the former one stays', async () => {
    await start();
    await expect(zoom.changeRedirectUrl({ leaveUrl: 5 })).rejects.toMatchObject({ type: 'INVALID_PARAMETERS' });
    await expect(zoom.changeRedirectUrl({ leaveUrl: 'javascript:x' })).rejects.toMatchObject({ type: 'INVALID_PARAMETERS' });
    await zoom.leaveMeeting();
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
  });

  it('changeRedirectUrl takes a path', async () => {
    await start();
    await zoom.changeRedirectUrl({ leaveUrl: './later' });
    await zoom.leaveMeeting();
    expect(server.navigated).toEqual([`${location.origin}/later`]);
  });
});

describe('leaveMeeting with confirm', () => {
  it('asks in the view; whoever stays has cancelled', async () => {
    await start();
    log = [];
    const cancelCallback = vi.fn();
    zoom.leaveMeeting({ confirm: true, cancelCallback, ...callbacks() });
    expect(modelState()?.confirmingLeave).toBe(true);
    actions().stay();
    await settle();
    expect(cancelCallback).toHaveBeenCalledOnce();
    expect(modelState()?.confirmingLeave).toBe(false);
    expect(names()).toEqual([]);
    expect(server.navigated).toEqual([]);
  });

  it('succeeds once the person has left, or the meeting is over meanwhile', async () => {
    await start();
    log = [];
    zoom.leaveMeeting({ confirm: true, ...callbacks() });
    await actions().leave();
    await settle();
    expect(names()).toEqual(['onUserLeave', 'status 3', 'success']);
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
    await start();
    log = [];
    zoom.leaveMeeting({ confirm: true, ...callbacks() });
    server.transport.handlers.closed(4502);
    await settle();
    expect(names()).toEqual(['onUserLeave', 'status 3', 'success']);
  });

  it('refuses outside of a meeting without asking', async () => {
    await zoom.init({ leaveUrl: '/bye' });
    await expect(zoom.leaveMeeting({ confirm: true })).rejects.toMatchObject({ type: 'IMPROPER_MEETING_STATE' });
  });
});

describe('ending the meeting for all', () => {
  it('leaves the own page at once', async () => {
    await start();
    log = [];
    await zoom.endMeeting();
    expect(server.commands.map((c) => c.type)).toEqual(['session.end']);
    expect(log).toEqual([
      ['onUserLeave', { reasonCode: 1 }],
      ['onMeetingStatus', expect.objectContaining({ status: 3, errorCode: 4004 })],
    ]);
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
  });

  it('keeps the page in the meeting where the server refuses', async () => {
    await start();
    log = [];
    server.onCommand = () => {
      throw Object.assign(new Error('INSUFFICIENT_PRIVILEGES'), { name: 'TransportError', code: 1001, outcomeUnknown: false });
    };
    await expect(zoom.endMeeting()).rejects.toMatchObject({ type: 'INSUFFICIENT_PRIVILEGES' });
    expect(log).toEqual([]);
    server.transport.handlers.closed(4501);
    await settle();
    expect(server.navigated).toEqual([]);
  });
});

describe('a join that the person tries again', () => {
  it('accepts the passcode in place, and calls success', async () => {
    server.replies = [wrong, wrong];
    await start({}, { passWord: 'guess' });
    expect(names()).toEqual(['status 1', 'error 3004', 'status 3']);
    log = [];
    await actions().joinAgain('still wrong');
    expect(names()).toEqual(['status 1', 'status 3']);
    expect(modelState()?.failure).toMatchObject({ errorCode: 3004 });
    expect(modelState()?.failure?.retrying).toBeFalsy();
    log = [];
    await actions().joinAgain('right');
    expect(names()).toEqual(['status 1', 'success', 'status 2']);
    expect(server.joins.map(({ password, passwordOption }) => [password, passwordOption])).toEqual([['guess', 'passWord'], ['still wrong', 'passWord'], ['right', 'passWord']]);
    expect(modelState()?.failure).toBeNull();
    await expect(zoom.getCurrentMeetingInfo({})).resolves.toMatchObject({ result: { password: 'right' } });
  });

  it('reports another refusal to the app', async () => {
    server.replies = [wrong, refusal(4005, 'MEETING_CAPACITY_REACHED', 'Meeting capacity has been reached', 'full')];
    await start();
    log = [];
    await actions().joinAgain('right');
    expect(names()).toEqual(['status 1', 'error 4005', 'status 3']);
  });

  it('asks onRetryCallback to make room for it, with the number of the meeting that runs', async () => {
    server.replies = [busy];
    let ended = (): void => undefined;
    const onRetryCallback = vi.fn(() => new Promise<void>((resolve) => (ended = resolve)));
    await start({ onRetryCallback });
    expect(log[1]).toMatchObject(['error', { errorCode: 3711, result: { meetingNumber: '98765432109' } }]);
    expect(onRetryCallback).not.toHaveBeenCalled();
    const again = actions().joinAgain();
    await settle();
    expect(onRetryCallback).toHaveBeenCalledExactlyOnceWith('98765432109');
    expect(modelState()?.failure?.retrying).toBe(true);
    expect(server.joins).toHaveLength(1);
    ended();
    await again;
    expect(names().slice(-2)).toEqual(['success', 'status 2']);
  });

  it('waits for a callback that never comes back only so long, and survives one that throws', async () => {
    server.replies = [busy, busy];
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const onRetryCallback = vi.fn<() => unknown>(() => new Promise(() => undefined));
    await start({ onRetryCallback });
    const again = actions().joinAgain();
    await server.clock.advance(16_000);
    await again;
    expect(server.joins).toHaveLength(2);
    onRetryCallback.mockImplementation(() => {
      throw new Error('of the app');
    });
    await actions().joinAgain();
    expect(server.joins).toHaveLength(3);
  });

  it('is not called when a connection is restored', async () => {
    const onRetryCallback = vi.fn();
    await start({ onRetryCallback });
    server.transport.handlers.lost();
    await server.clock.advance(2_000);
    expect(names()).toContain('status 4');
    expect(onRetryCallback).not.toHaveBeenCalled();
  });

  it('joins again after the connection was given up, without calling success again', async () => {
    await start();
    server.transport.handlers.closed(4504);
    await settle();
    log = [];
    await actions().joinAgain();
    expect(names()).toEqual(['status 1', 'status 2']);
    expect(server.joins[1]).toMatchObject({ resumeToken: 'resume-1' });
  });

  it('has details for developers only if the server sends evidence', async () => {
    server.replies = [wrong, refusal(3004, 'WRONG_MEETING_PASSWORD', 'Meeting Passcode wrong.', 'passcode_wrong', { evidence: 'another one was given', alsoFailing: [] })];
    await start();
    expect(modelState()?.failure?.forDevelopers).toBeFalsy();
    actions().dismissFailure();
    await start();
    expect(modelState()?.failure).toMatchObject({ forDevelopers: true, evidence: 'another one was given' });
  });

  it('is forgotten with the dialog', async () => {
    server.replies = [busy];
    let ended = (): void => undefined;
    await start({ onRetryCallback: () => new Promise<void>((resolve) => (ended = resolve)) });
    const again = actions().joinAgain();
    await settle();
    actions().dismissFailure();
    ended();
    await again;
    expect(server.joins).toHaveLength(1);
  });
});

describe('closing the message about a refusal', () => {
  it('shows the page of the app, and goes to leaveUrl where there is none', async () => {
    server.replies = [wrong, wrong];
    await start();
    actions().dismissFailure();
    expect(document.getElementById('zmmtg-root')?.style.display).toBe('none');
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
    const form = document.body.appendChild(document.createElement('main'));
    form.textContent = 'Join a meeting';
    form.getBoundingClientRect = () => ({ width: 300, height: 200 }) as DOMRect;
    server.navigated = [];
    await start();
    actions().dismissFailure();
    expect(server.navigated).toEqual([]);
  });
});

describe('one’s own cancel', () => {
  it('while the host is awaited is no second error', async () => {
    server.replies = [notStarted];
    await start();
    log = [];
    await zoom.leaveMeeting();
    await settle();
    expect(log).toEqual([
      ['onUserLeave', { reasonCode: 4 }],
      ['onMeetingStatus', { status: 3, meetingStatus: 3 }],
    ]);
  });

  it('while the server decides settles the join, and calls it cancelled', async () => {
    server.replies = [() => new Promise(() => undefined)];
    await start();
    log = [];
    void zoom.leaveMeeting();
    await settle();
    expect(names()).toEqual(['error 1', 'onUserLeave', 'status 3']);
    expect(log[0]?.[1]).toMatchObject({ cause: 'cancelled' });
  });
});

describe('the element of Component View', () => {
  it.each([
    ['one’s own leave', (client: Awaited<ReturnType<typeof embedded>>['client']) => client.leaveMeeting()],
    ['one’s own end', (client: Awaited<ReturnType<typeof embedded>>['client']) => client.endMeeting()],
    ['the end by the host', () => server.transport.handlers.closed(4501)],
    ['a removal', () => server.transport.handlers.closed(4502)],
    ['another page', () => server.transport.handlers.closed(4503)],
    ['the loss of its place', () => server.transport.handlers.closed(4504)],
  ])('is empty after %s', async (_how, end) => {
    const { client, root } = await embedded();
    await client.join(joinArgs);
    expect(root.childElementCount).toBe(1);
    await end(client);
    await settle();
    expect(log.at(-1)?.[0]).toBe('Closed');
    expect(root.childElementCount).toBe(0);
    await client.join(joinArgs);
    expect(root.childElementCount).toBe(1);
  });

  it('keeps a card of what happened with keepEndedPage, until it is closed', async () => {
    const { client, root } = await embedded({ keepEndedPage: true });
    await client.join(joinArgs);
    server.transport.handlers.closed(4501);
    await settle();
    expect(root.childElementCount).toBe(1);
    actions().dismissFailure();
    expect(root.childElementCount).toBe(0);
  });

  it('takes the passcode again: the rejection came once, then it is Connected', async () => {
    server.replies = [wrong];
    const { client } = await embedded();
    await expect(client.join(joinArgs)).rejects.toMatchObject({ errorCode: 3004 });
    await actions().joinAgain('right');
    expect(log.map(([state]) => state)).toEqual(['Connecting', 'Fail', 'Connecting', 'Connected']);
    expect(server.joins[1]).toMatchObject({ password: 'right', passwordOption: 'password' });
  });

  it('does not give a second view of the page the same participant', async () => {
    await start();
    const { client } = await embedded();
    log = [];
    await expect(client.join(joinArgs)).rejects.toMatchObject({ errorCode: 3005, cause: 'other_view_in_page' });
    expect(log).toEqual([]);
    expect(server.joins).toHaveLength(1);
    await zoom.leaveMeeting();
    await expect(client.join(joinArgs)).resolves.toBe('');
    await expect(zoom.join(joinArgs)).rejects.toMatchObject({ errorCode: 3005, cause: 'other_view_in_page' });
  });
});

describe('user-removed', () => {
  it.each([['held', 'on hold'], ['lost', 'failover'], ['left', undefined], ['removed', undefined]])('of somebody who is %s has the reason %s', async (reason, expectedReason) => {
    const { client } = await embedded();
    server.participants = [...server.participants, person(3)];
    await client.join(joinArgs);
    const seen: Record<string, unknown>[] = [];
    client.on('user-removed', (people: Record<string, unknown>[]) => void seen.push(...people));
    server.publish('participant.removed', { userId: 3, reason });
    expect(seen).toEqual([expect.objectContaining({ userId: 3 })]);
    expect(seen[0]?.reason).toBe(expectedReason);
  });
});

describe('the events of the roster', () => {
  it('set every field that the types declare', async () => {
    const types = readFileSync(join(import.meta.dirname, '../types/embedded-options.d.ts'), 'utf8');
    const body = /interface ParticipantPropertiesPayload \{([\s\S]*?)\n\}/.exec(types)?.[1] ?? '';
    // `source` and `reason` tell why a participant was added or removed without joining or leaving.
    const declared = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map((match) => match[1]).filter((name) => name !== 'source' && name !== 'reason');
    expect(declared.length).toBeGreaterThan(20);
    const { client } = await embedded();
    await client.join(joinArgs);
    const seen: Record<string, unknown>[] = [];
    for (const name of ['user-added', 'user-removed']) client.on(name, (people: Record<string, unknown>[]) => void seen.push(...people));
    server.publish('participant.added', person(3, { state: 'waiting' }));
    server.publish('participant.removed', { userId: 3, reason: 'left' });
    expect(seen).toMatchObject([{ source: 'on hold' }, { reason: 'on hold' }]);
    for (const payload of seen) for (const name of declared) expect(payload[name as string], name).toBeDefined();
  });
});

describe('a view that the page took away', () => {
  it('client view leaves, does not navigate, warns, and joins again', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await start();
    server.models.at(-1)?.viewRemoved?.('removed');
    await settle();
    expect(server.engine.calls.at(-1)).toBe('disconnect');
    expect(server.received.at(-1)?.path).toBe('/sdk/v1/leave');
    expect(warn.mock.calls.flat().join()).toContain('removed its view');
    expect(names().slice(-2)).toEqual(['onUserLeave', 'status 3']);
    expect(server.navigated).toEqual([]);
    expect(document.getElementById('zmmtg-root')?.style.display).toBe('none');
    zoom.join({ ...joinArgs, ...callbacks() });
    await settle();
    expect(names().at(-1)).toBe('status 2');
    expect(document.getElementById('zmmtg-root')?.style.display).toBe('block');
  });

  it('component view leaves its element as it was, even with a kept page', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { client, root } = await embedded();
    await client.join({ ...joinArgs, password: 'x' });
    server.models.at(-1)?.viewRemoved?.('hidden');
    await settle();
    expect(root.childElementCount).toBe(0);
    expect(log.at(-1)?.[0]).toBe('Closed');
  });
});
