import { afterEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from '../src/core/backoff';
import { MediaError } from '../src/core/media';
import { openTransport } from '../src/media/centrifuge-transport';
import { createEmbedded } from '../src/component-view/factory';
import { FakeServer, joinArgs } from './support/fake-server';

describe('waits between tries', () => {
  it.each([0, 0.5, 1])('are eight tries at most in the first minute, and none comes at once (random: %d)', (random) => {
    const backoff = new Backoff(() => 0, () => random);
    const tries = [0];
    while ((tries.at(-1) ?? 0) < 60_000) tries.push((tries.at(-1) ?? 0) + backoff.next());
    expect(tries.filter((at) => at < 60_000).length).toBeLessThanOrEqual(8);
    expect(tries[1]).toBeGreaterThanOrEqual(300);
  });

  it('differ from page to page, the first included', () => {
    const first = new Set(Array.from({ length: 20 }, () => new Backoff(() => 0).next()));
    expect(first.size).toBeGreaterThan(5);
  });

  it('start over after a stable connection, not after one that was lost at once', () => {
    let now = 0;
    const backoff = new Backoff(() => now, () => 0);
    for (let i = 0; i < 4; i++) backoff.next();
    backoff.connected();
    now += 500;
    expect(backoff.next()).toBe(8_000);
    backoff.connected();
    now += 10_000;
    expect(backoff.next()).toBe(300);
  });
});

describe('a media server that refuses every connection', () => {
  it('is asked at most eight times in the first minute, with a fresh token each time', async () => {
    const server = new FakeServer();
    const client = createEmbedded(server.environment()).createClient();
    await client.init({ zoomAppRoot: document.body });
    await client.join(joinArgs);
    server.onMediaConnect = () => {
      throw new MediaError('socket', 'refused');
    };
    const { calls, handlers } = server.engine;
    const before = calls.length;
    handlers.disconnected(false);
    await server.clock.advance(59_000);
    const tries = calls.slice(before).filter((call) => call.startsWith('connect'));
    expect(tries.length).toBeGreaterThan(4);
    expect(tries.length).toBeLessThanOrEqual(8);
    expect(server.received.filter(({ path }) => path === '/sdk/v1/media')).toHaveLength(tries.length);
  });
});

describe('a control channel whose sockets are refused', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('tries eight times at most in the first minute after it was lost', async () => {
    vi.useFakeTimers();
    const sockets: number[] = [];
    let refuse = false;
    class Socket {
      static OPEN = 1;
      readyState = 1;
      onopen: (() => void) | null = null;
      onclose: ((event: object) => void) | null = null;
      onmessage: ((event: { data: string }) => void) | null = null;
      constructor() {
        sockets.push(Date.now());
        setTimeout(() => (refuse ? this.onclose?.({ code: 1006, reason: '' }) : this.onopen?.()), 1);
      }
      send(data: string): void {
        if (data.includes('connect')) setTimeout(() => this.onmessage?.({ data: '{"id":1,"connect":{"client":"c","version":"1"}}' }), 1);
      }
      close(): void {}
      /** The connection is lost. */
      break(): void {
        this.onclose?.({ code: 1006, reason: '' });
      }
    }
    const made: Socket[] = [];
    vi.stubGlobal('WebSocket', class extends Socket {
      constructor() {
        super();
        made.push(this);
      }
    });
    let connected = 0;
    const transport = openTransport({ url: 'ws://server.test/realtime', token: 't' }, { connected: () => connected++, stale: () => undefined, lost: () => undefined, closed: () => undefined, event: () => undefined });
    transport.connect();
    await vi.advanceTimersByTimeAsync(100);
    expect(connected).toBe(1);
    refuse = true;
    const lostAt = Date.now();
    made[0]?.break();
    await vi.advanceTimersByTimeAsync(60_000);
    const waits = sockets.slice(1).map((at, i) => at - (i === 0 ? lostAt : (sockets[i] ?? 0)));
    expect(sockets.length - 1).toBeLessThanOrEqual(8);
    expect(sockets.length - 1).toBeGreaterThan(4);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(300);
    transport.close();
  });
});
