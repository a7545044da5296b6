import { beforeEach, describe, expect, it } from 'vitest';
import { ControlChannel } from '../src/core/control-channel';
import type { TransportHandlers, OpenTransport } from '../src/core/transport';
import { TransportError } from '../src/core/transport';
import { FakeClock, settle } from './support/fake-clock';
import { person, session } from './support/fake-server';

let clock: FakeClock;
let transportHandlers: TransportHandlers;
let rpc: (method: string, data: unknown) => Promise<unknown>;
let seen: string[];
let control: ControlChannel;

const snapshot = (revision: number) => ({ revision, self: person(2), session, participants: [person(2)], chat: [] });
const openTransport: OpenTransport = (_address, handlers) => {
  transportHandlers = handlers;
  return { connect: () => undefined, rpc: (method, data) => rpc(method, data), close: () => void seen.push('line closed') };
};

beforeEach(() => {
  clock = new FakeClock();
  seen = [];
  rpc = async () => snapshot(10);
  let ids = 0;
  control = new ControlChannel(clock, () => `request-${++ids}`, openTransport, { url: 'ws://x', token: 't' }, {
    snapshot: (s) => void seen.push(`snapshot ${s.revision}`),
    event: (e) => void seen.push(`event ${e.revision}`),
    ready: () => void seen.push('ready'),
    lost: () => void seen.push('lost'),
    closed: (code) => void seen.push(`closed ${code}`),
  });
});

const event = (revision: number): void => transportHandlers.event({ revision, type: 'session.updated', data: {} });

describe('revisions', () => {
  it('requests a snapshot on the first connect, even after the one of the join response', async () => {
    control.start(snapshot(9));
    transportHandlers.connected(false);
    await settle();
    expect(seen).toEqual(['snapshot 9', 'snapshot 10', 'ready']);
  });

  it('reads every page of the roster, and of the chat what a page shows', async () => {
    const asked: unknown[] = [];
    const chatMessage = (id: number) => ({ id: `m${id}` });
    rpc = async (method, data) => {
      asked.push([method, data]);
      if (method === 'chat') return { chat: Array.from({ length: 120 }, (_, i) => chatMessage(i)), more: true };
      const { after } = data as { after?: number };
      return { ...snapshot(10), participants: [person(after ? 3 : 2)], moreAfter: after ? undefined : 2, chat: Array.from({ length: 90 }, (_, i) => chatMessage(200 + i)), moreChat: true };
    };
    let whole: unknown;
    control = new ControlChannel(clock, () => 'id', openTransport, { url: 'ws://x', token: 't' }, {
      snapshot: (s) => void (whole = s), event: () => undefined, ready: () => undefined, lost: () => undefined, closed: () => undefined,
    });
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    expect(asked).toEqual([['snapshot', {}], ['snapshot', { after: 2 }], ['chat', { before: 'm200' }]]);
    expect(whole).toMatchObject({ participants: [{ userId: person(2).userId }, { userId: person(3).userId }], moreChat: true });
    expect((whole as { chat: unknown[] }).chat).toHaveLength(210);
  });

  it('reads the chat back to what it had before a gap', async () => {
    const chatMessage = (id: number) => ({ id: `m${id}`, sentAt: new Date(id * 1_000).toISOString() });
    const page = (first: number, length: number) => Array.from({ length }, (_, i) => chatMessage(first + i));
    const asked: unknown[] = [];
    let newest = page(1, 100);
    rpc = async (method, data) => {
      if (method === 'snapshot') return { ...snapshot(10), chat: newest, moreChat: newest.length === 200 };
      const { before } = data as { before: string };
      asked.push(before);
      const end = Number(before.slice(1));
      return { chat: page(Math.max(end - 200, 1), Math.min(200, end - 1)), more: end > 201 };
    };
    const kept: string[][] = [];
    control = new ControlChannel(clock, () => 'id', openTransport, { url: 'ws://x', token: 't' }, {
      snapshot: (s) => void kept.push(s.chat.map((message) => message.id)), event: () => undefined, ready: () => undefined, lost: () => undefined, closed: () => undefined,
    });
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    transportHandlers.event({ revision: 11, type: 'chat.message', data: chatMessage(101) });
    newest = page(801, 200);
    transportHandlers.lost();
    transportHandlers.connected(false);
    await settle();
    expect(asked).toEqual(['m801', 'm601', 'm401', 'm201']);
    expect(kept[1]).toHaveLength(1_000);
    expect(kept[1]).toContain('m102');
  });

  it('drops events that the snapshot contains, delivers later ones and revision 0', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    seen.length = 0;
    for (const revision of [9, 10, 11, 11, 0, 15]) event(revision);
    expect(seen).toEqual(['event 11', 'event 11', 'event 0', 'event 15']);
  });

  it('holds events back while a snapshot is under way', async () => {
    let answer = (_: unknown): void => undefined;
    rpc = () => new Promise((resolve) => (answer = resolve));
    control.start(null);
    transportHandlers.connected(false);
    event(11);
    event(9);
    expect(seen).toEqual([]);
    answer(snapshot(10));
    await settle();
    expect(seen).toEqual(['snapshot 10', 'event 11', 'ready']);
  });

  it('asks again after a reconnect that did not recover, and not after one that did', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    transportHandlers.lost();
    transportHandlers.connected(true);
    await settle();
    expect(seen).toEqual(['snapshot 10', 'ready', 'lost', 'ready']);
    rpc = async () => snapshot(20);
    transportHandlers.lost();
    transportHandlers.connected(false);
    await settle();
    expect(seen.slice(4)).toEqual(['lost', 'snapshot 20', 'ready']);
  });

  it('asks again when the server has lost an event, and takes what comes meanwhile after it', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    seen.length = 0;
    rpc = async () => snapshot(12);
    transportHandlers.event({ revision: 0, type: 'session.refresh', data: {} });
    event(12);
    event(13);
    await settle();
    expect(seen).toEqual(['snapshot 12', 'event 13', 'ready']);
  });

  it('requests another snapshot if the first one was interrupted, although the transport recovered', async () => {
    rpc = () => Promise.reject(new TransportError(11, 'connection closed', true));
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    transportHandlers.lost();
    rpc = async () => snapshot(12);
    transportHandlers.connected(true);
    await settle();
    expect(seen).toEqual(['lost', 'snapshot 12', 'ready']);
  });
});

describe('commands', () => {
  it('are repeated with one id after a lost connection, and only once it is restored', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    const sent: unknown[] = [];
    rpc = async (_method, data) => {
      sent.push(data);
      if (sent.length === 1) throw new TransportError(11, 'connection closed', true);
      return { revision: 11, result: 'done' };
    };
    const outcome = control.command('session.lock', { locked: true });
    await settle();
    transportHandlers.lost();
    await clock.advance(5_000);
    expect(sent).toHaveLength(1);
    transportHandlers.connected(true);
    await clock.advance(1_000);
    await expect(outcome).resolves.toEqual({ revision: 11, result: 'done' });
    expect(sent).toEqual([
      { requestId: 'request-1', type: 'session.lock', data: { locked: true } },
      { requestId: 'request-1', type: 'session.lock', data: { locked: true } },
    ]);
  });

  it('time out if the connection is never restored', async () => {
    control.start(null);
    rpc = () => Promise.reject(new TransportError(11, 'connection closed', true));
    const outcome = control.command('session.lock', {}).catch((e: unknown) => e);
    await clock.advance(15_000);
    expect(await outcome).toMatchObject({ type: 'OPERATION_TIMEOUT' });
  });

  it.each([
    [1001, 'INSUFFICIENT_PRIVILEGES', 'INSUFFICIENT_PRIVILEGES', 'host or co-host only'],
    [1002, 'INVALID_PARAMETERS: userName', 'INVALID_PARAMETERS', 'userName'],
    [1003, 'IMPROPER_MEETING_STATE: on hold', 'IMPROPER_MEETING_STATE', 'on hold'],
    [1004, 'INVALID_OPERATION', 'INVALID_OPERATION', 'not possible now'],
    [1006, 'RATE_LIMITED', 'INVALID_OPERATION', 'too many calls; wait a moment'],
    [1006, 'RATE_LIMITED: retryAfter 3', 'INVALID_OPERATION', 'too many calls; try again in 3 s'],
    [4242, 'strange', 'INTERNAL_ERROR', 'strange'],
  ])('refusal %i becomes %s', async (code, message, type, reason) => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    rpc = () => Promise.reject(new TransportError(code, message, false));
    await expect(control.command('x', {})).rejects.toMatchObject({ type, reason });
  });

  it('try an internal error of the server three times', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    let tries = 0;
    rpc = () => (tries++, Promise.reject(new TransportError(1005, 'INTERNAL_ERROR', false)));
    const outcome = control.command('x', {}).catch((e: unknown) => e);
    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ type: 'INTERNAL_ERROR' });
    expect(tries).toBe(3);
  });
});

describe('closing', () => {
  it('keeps the transport open, and ignores events, until the participant is released', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    seen.length = 0;
    let responded = (): void => undefined;
    control.close(new Promise<void>((resolve) => (responded = resolve)));
    event(11);
    transportHandlers.lost();
    transportHandlers.closed(4504);
    await settle();
    expect(seen).toEqual([]);
    responded();
    await settle();
    expect(seen).toEqual(['line closed']);
  });

  it('is not ready again when the connection is restored meanwhile', async () => {
    control.start(null);
    transportHandlers.connected(false);
    await settle();
    seen.length = 0;
    control.close(new Promise<void>(() => undefined));
    transportHandlers.lost();
    transportHandlers.connected(true);
    await settle();
    expect(seen).toEqual([]);
  });
});
