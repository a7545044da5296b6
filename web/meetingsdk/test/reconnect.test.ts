import { beforeEach, describe, expect, it } from 'vitest';
import { createEmbedded } from '../src/component-view/factory';
import { TransportError } from '../src/core/transport';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person } from './support/fake-server';

let server: FakeServer;
let embedded: ReturnType<typeof createEmbedded>;
let changes: Record<string, unknown>[];

beforeEach(async () => {
  server = new FakeServer();
  await enter();
});

async function enter() {
  const zoomAppRoot = document.createElement('div');
  document.body.replaceChildren(zoomAppRoot);
  embedded = createEmbedded(server.environment());
  changes = [];
  const client = embedded.createClient();
  client.on('connection-change', (payload: unknown) => void changes.push(payload as Record<string, unknown>));
  await client.init({ zoomAppRoot });
  await client.join(joinArgs);
  changes.length = 0;
  return client;
}

describe('a lost connection', () => {
  it('is 4000 once it has lasted for more than 1.5 s, and connected once everything is back', async () => {
    server.transport.handlers.lost();
    server.engine.handlers.reconnecting();
    await server.clock.advance(1_490);
    expect(changes).toEqual([]);
    await server.clock.advance(20);
    expect(changes).toMatchObject([{ state: 'Reconnecting', errorCode: 4000, reason: 'RE_CONNECTING', cause: 'control_channel_lost' }]);
    await server.clock.advance(20_000);
    server.transport.handlers.connected(true);
    await settle();
    expect(changes).toHaveLength(1);
    server.engine.handlers.connected();
    expect(changes.slice(1)).toEqual([{ state: 'Connected' }]);
    await server.clock.advance(120_000);
    expect(changes).toHaveLength(2);
  });

  it('is no event while it is shorter, and calls made in it are carried out', async () => {
    server.transport.handlers.lost();
    const locked = embedded.createClient().lockMeeting(true);
    await server.clock.advance(1_400);
    server.transport.handlers.connected(true);
    await server.clock.advance(120_000);
    expect(changes).toEqual([]);
    await expect(locked).resolves.toBe('');
  });

  it('is one break, although media notice it when the control channel is back', async () => {
    server.transport.handlers.lost();
    await server.clock.advance(2_000);
    server.transport.handlers.connected(true);
    await server.clock.advance(1_000);
    server.engine.handlers.reconnecting();
    await server.clock.advance(4_000);
    server.engine.handlers.connected();
    await server.clock.advance(120_000);
    expect(changes.map((c) => c.state)).toEqual(['Reconnecting', 'Connected']);
  });

  it('of the control channel alone is over when media have held for 2 s; calls are carried out before', async () => {
    server.transport.handlers.lost();
    await server.clock.advance(2_000);
    server.transport.handlers.connected(true);
    await settle();
    await expect(embedded.createClient().lockMeeting(true)).resolves.toBe('');
    expect(changes.map((c) => c.state)).toEqual(['Reconnecting']);
    await server.clock.advance(2_000);
    expect(changes.map((c) => c.state)).toEqual(['Reconnecting', 'Connected']);
  });

  it('brings back state, roster and chat without loss or duplicates', async () => {
    const client = embedded.createClient();
    const added: number[] = [];
    const chat: string[] = [];
    client.on('user-added', (list: unknown) => (list as { userId: number }[]).forEach((p) => added.push(p.userId)));
    client.on('chat-on-message', (m: unknown) => void chat.push((m as { id: string }).id));
    const message = (id: string) => ({ id, text: id, sentAt: `2026-01-01T00:00:0${id}Z`, sender: { userId: 1, name: 'P' }, receiver: null });
    server.publish('chat.message', message('1'));
    server.transport.handlers.lost();
    server.participants = [...server.participants, person(3)];
    server.chat = [message('1'), message('2')];
    server.revision = 20;
    server.transport.handlers.connected(false);
    await settle();
    server.publish('chat.message', message('2'), 20);
    expect(chat).toEqual(['1', '2']);
    expect(added).toEqual([3]);
  });

  it('is 4001 if it is not restored within 60 s; nothing is left open, and the participant may be resumed', async () => {
    server.transport.handlers.lost();
    server.capabilities.online = false;
    await server.clock.advance(59_900);
    expect(changes.map((c) => c.state)).toEqual(['Reconnecting']);
    await server.clock.advance(200);
    expect(changes[1]).toMatchObject({ state: 'Closed', errorCode: 4001, reason: 'DISCONNECT', cause: 'network' });
    expect(server.transport.closed).toBe(true);
    expect(server.engine.calls.at(-1)).toBe('disconnect');
    // The server is notified as well, if it can be reached.
    expect(server.received.filter((r) => r.path === '/sdk/v1/leave').map((r) => r.body)).toEqual([{ resumeToken: 'resume-1' }]);
    await embedded.createClient().join(joinArgs);
    expect(server.joins[1]).toMatchObject({ resumeToken: 'resume-1' });
  });

  it('is followed by a report of what this page sends, whatever the server has stored meanwhile', async () => {
    server.participants = [person(1, { role: 'host' }), person(2, { videoOn: true })];
    server.publish('participant.updated', { userId: 2, videoOn: true });
    server.transport.handlers.lost();
    server.publish('participant.updated', { userId: 2, videoOn: false });
    server.transport.handlers.connected(true);
    await settle();
    expect(server.commands).toEqual([]);
    server.publish('participant.updated', { userId: 2, videoOn: true });
    server.transport.handlers.lost();
    server.transport.handlers.connected(true);
    await settle();
    expect(server.commands.map((c) => [c.type, c.data])).toEqual([['seat.media', { audioOn: false, muted: true, videoOn: false, sharing: false }]]);
  });

  it('connects media again with a fresh token when it was thrown out', async () => {
    let fails = 1;
    server.onMediaConnect = () => {
      if (fails-- > 0) throw new Error('refused');
    };
    server.engine.handlers.reconnecting();
    await server.clock.advance(2_000);
    server.engine.handlers.disconnected(false);
    await server.clock.advance(3_000);
    expect(server.engine.calls.filter((c) => c.startsWith('connect'))).toEqual(['connect first', 'connect fresh', 'connect fresh']);
    expect(changes.map((c) => [c.state, c.cause])).toEqual([['Reconnecting', 'media_lost'], ['Connected', undefined]]);
  });
});

describe('coming back', () => {
  it('sends the resume token after a reload, whoever joins: the server decides what it grants', async () => {
    server.page = { occupant: null, leaving: Promise.resolve() };
    await enter();
    expect(server.joins[1]).toMatchObject({ resumeToken: 'resume-1' });
    server.page = { occupant: null, leaving: Promise.resolve() };
    embedded = createEmbedded(server.environment());
    const client = embedded.createClient();
    await client.init({ zoomAppRoot: document.body });
    await client.join({ ...joinArgs, userName: 'Somebody else' });
    expect(server.joins[2]).toMatchObject({ userName: 'Somebody else', resumeToken: expect.stringMatching(/^resume-/) });
  });

  it('does not after leaving', async () => {
    const client = embedded.createClient();
    await client.leaveMeeting();
    expect(changes).toEqual([{ state: 'Closed', reason: 'left' }]);
    await client.join(joinArgs);
    expect(server.joins[1]).not.toHaveProperty('resumeToken');
    expect(server.joins[1]?.deviceId).toBe(server.joins[0]?.deviceId);
    expect(server.joins[1]?.joinId).not.toBe(server.joins[0]?.joinId);
  });
});

describe('an admitted join whose control channel never opens', () => {
  it('is 3621 after 15 s and releases the participant', async () => {
    await embedded.createClient().leaveMeeting();
    server.autoConnect = false;
    const outcome = embedded.createClient().join(joinArgs).catch((e: unknown) => e);
    await server.clock.advance(15_100);
    expect(await outcome).toMatchObject({ errorCode: 3621, cause: 'unreachable' });
    expect(server.admissions).toBe(0);
  });

  it('is the reason of the closing when there is one', async () => {
    await embedded.createClient().leaveMeeting();
    server.autoConnect = false;
    const outcome = embedded.createClient().join(joinArgs).catch((e: unknown) => e);
    await settle();
    server.transport.handlers.closed(4501);
    expect(await outcome).toMatchObject({ type: 'JOIN_MEETING_FAILED', errorCode: 4004, reason: 'MEETING_ENDED' });
  });
});

describe('a large meeting', () => {
  it('waits for the snapshot by RPC, and asks again when it fails', async () => {
    await embedded.createClient().leaveMeeting();
    server.withSnapshot = false;
    let fails = 2;
    server.onSnapshot = () => {
      if (fails-- > 0) throw new TransportError(1005, 'INTERNAL_ERROR', false);
      return server.snapshot();
    };
    const outcome = embedded.createClient().join(joinArgs);
    await server.clock.advance(3_000);
    await expect(outcome).resolves.toBe('');
    expect(embedded.createClient().getAttendeeslist()).toHaveLength(2);
  });
});

describe('local media', () => {
  it('is reported to the server once per change', async () => {
    const client = embedded.createClient();
    server.publish('seat.muted', { byUserId: 1 }, 0);
    await settle();
    expect(server.commands).toEqual([]);
    await expect(client.mute(false)).rejects.toMatchObject({ type: 'INVALID_OPERATION' });
  });
});
