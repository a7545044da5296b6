import { beforeEach, describe, expect, it } from 'vitest';
import { createEmbedded } from '../src/component-view/factory';
import { MediaError } from '../src/core/media';
import { createBlockerDetector, addressSpaceOf } from '../src/core/blockers';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person } from './support/fake-server';

describe('where a host is', () => {
  it.each([
    ['localhost', 'loopback'], ['app.localhost', 'loopback'], ['127.0.0.1', 'loopback'], ['[::1]', 'loopback'],
    ['10.1.2.3', 'local'], ['192.168.0.7', 'local'], ['172.16.0.1', 'local'], ['172.31.9.9', 'local'], ['169.254.1.1', 'local'], ['100.64.0.1', 'local'],
    ['[fd12::1]', 'local'], ['[fe80::1]', 'local'], ['printer.local', 'local'], ['nas.lan', 'local'], ['meet.home.arpa', 'local'], ['intranet', 'local'],
    ['172.32.0.1', 'public'], ['100.128.0.1', 'public'], ['meet.example.com', 'public'], ['[2001:db8::1]', 'public'], ['8.8.8.8', 'public'],
  ])('%s is %s', (host, space) => expect(addressSpaceOf(host)).toBe(space));
});

/** The part of a window that blockers are detected in. */
function windowOf(href: string, permission: string | null, asked: string[] = []) {
  const document = new EventTarget();
  const query = async ({ name }: { name: string }) => {
    asked.push(name);
    if (!permission) throw new TypeError('unknown');
    return { state: permission };
  };
  const scope = { document, location: new URL(href), navigator: { permissions: { query } } } as unknown as Partial<typeof globalThis>;
  const violate = (effectiveDirective: string, blockedURI: string, disposition = 'enforce') =>
    void document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { effectiveDirective, blockedURI, disposition }));
  return { obstacles: createBlockerDetector(scope), violate };
}

describe('what the browser puts in the way', () => {
  it.each([
    ['http://127.0.0.1:8080', 'https://app.example.com', 'denied', 'local_network_blocked'],
    ['http://localhost:8080', 'https://app.example.com', 'prompt', 'local_network_blocked'],
    ['https://192.168.0.7', 'https://app.example.com', 'denied', 'local_network_blocked'],
    ['wss://meet.lan', 'https://app.example.com', 'denied', 'local_network_blocked'],
    ['https://192.168.0.7', 'https://app.example.com', 'granted', undefined],
    ['https://192.168.0.7', 'https://app.example.com', null, undefined],
    ['https://192.168.0.7', 'https://192.168.0.9', 'denied', undefined],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:3000', 'denied', undefined],
    ['https://meet.example.com', 'https://app.example.com', 'prompt', undefined],
    ['http://meet.example.com', 'https://app.example.com', 'granted', 'mixed_content'],
    ['ws://meet.example.com', 'https://app.example.com', 'granted', 'mixed_content'],
    ['http://meet.example.com', 'http://localhost', 'granted', undefined],
    ['http://localhost:8080', 'https://app.example.com', 'granted', undefined],
  ])('for %s from %s with the permission %s: %s', async (address, page, permission, cause) => {
    expect((await windowOf(page, permission).obstacles.find(address))?.cause).toBe(cause);
  });

  it('asks for the permission of the network that the server is in', async () => {
    const asked: string[] = [];
    const { obstacles } = windowOf('https://app.example.com', 'prompt', asked);
    expect(await obstacles.isPrompting('http://localhost:8080')).toBe(true);
    expect(await obstacles.isPrompting('https://10.0.0.2')).toBe(true);
    expect(await obstacles.isPrompting('https://meet.example.com')).toBe(false);
    expect(asked).toEqual(['loopback-network', 'local-network']);
  });

  it('is the policy of the page where it blocked this server', async () => {
    const { obstacles, violate } = windowOf('https://app.example.com', null);
    violate('connect-src', 'https://elsewhere.example.com/x');
    violate('connect-src', 'https://meet.example.com/sdk/v1/join', 'report');
    expect(await obstacles.find('https://meet.example.com')).toBeNull();
    violate('connect-src', 'wss://meet.example.com/rtc/v1');
    expect(await obstacles.find('https://meet.example.com')).toMatchObject({ cause: 'csp_blocked', evidence: expect.stringContaining('wss://meet.example.com/rtc/v1') });
    expect(await obstacles.findBlockedFile()).toBeNull();
    violate('script-src-elem', 'https://meet.example.com/sdk/chunks/media.js');
    expect(await obstacles.findBlockedFile()).toContain('script-src-elem');
  });
});

let server: FakeServer;
let client: ReturnType<ReturnType<typeof createEmbedded>['createClient']>;
let changes: Record<string, unknown>[];

beforeEach(async () => {
  server = new FakeServer();
  client = createEmbedded(server.environment()).createClient();
  changes = [];
  client.on('connection-change', (payload: unknown) => void changes.push(payload as Record<string, unknown>));
  await client.init({ zoomAppRoot: document.body });
});

const rejection = (): Promise<Record<string, unknown>> => client.join(joinArgs).then(() => ({ joined: true }), (error: unknown) => error as Record<string, unknown>);
const leaves = (): number => server.received.filter(({ path }) => path === '/sdk/v1/leave').length;
const obstacle = { cause: 'local_network_blocked', evidence: 'seen' } as const;

describe('a join', () => {
  it('succeeds only once sound and pictures have a way', async () => {
    let open = (): void => undefined;
    server.onMediaConnect = () => new Promise<void>((resolve) => (open = resolve));
    let joined = false;
    const join = client.join(joinArgs).then(() => (joined = true));
    await server.clock.advance(5_000);
    // The meeting is drawn all the same.
    expect(server.mounts.some(({ mounted }) => mounted)).toBe(true);
    expect(joined).toBe(false);
    expect(changes.map((c) => c.state)).toEqual(['Connecting']);
    open();
    await join;
    expect(changes.map((c) => c.state)).toEqual(['Connecting', 'Connected']);
  });

  it('succeeds in the waiting room, where there is neither', async () => {
    server.state = 'waiting';
    server.participants = [person(1, { role: 'host' }), person(2, { state: 'waiting' })];
    server.onMediaConnect = () => {
      throw new MediaError('socket', 'no');
    };
    expect(await rejection()).toEqual({ joined: true });
  });

  it.each([
    ['csp_blocked', 'policy'], ['mixed_content', 'address'], ['local_network_blocked', 'permission'],
  ] as const)('whose request the browser forbids fails with %s at once', async (cause, evidence) => {
    server.reachability = 'refused';
    server.blocker = { cause, evidence };
    expect(await rejection()).toMatchObject({ errorCode: 3621, cause, evidence, name: 'NO_RESPONSE_FROM_WEB' });
    expect(server.joins).toHaveLength(1);
  });

  it('waits while the browser asks the person for the local network', async () => {
    server.reachability = 'silent';
    server.prompting = true;
    const join = rejection();
    await server.clock.advance(40_000);
    expect(server.joins).toHaveLength(1);
    server.prompting = false;
    server.reachability = 'answered';
    await server.clock.advance(8_000);
    expect(await join).toEqual({ joined: true });
  });

  it('whose sockets are blocked by the browser fails with the cause, and leaves again', async () => {
    server.blocker = obstacle;
    server.onMediaConnect = () => {
      throw new MediaError('unreachable', 'no');
    };
    expect(await rejection()).toMatchObject({ errorCode: 3621, ...obstacle });
    expect(leaves()).toBe(1);
    expect(server.transport.closed).toBe(true);
  });

  it.each(['socket', 'unreachable', 'refused'] as const)('whose sockets a proxy refuses (%s) is websocket_blocked after three tries', async (stage) => {
    server.onMediaConnect = () => {
      throw new MediaError(stage, 'no');
    };
    const join = rejection();
    await server.clock.advance(3_000);
    expect(await join).toMatchObject({ errorCode: 3621, cause: 'websocket_blocked' });
    expect(server.engine.calls.filter((call) => call.startsWith('connect'))).toHaveLength(3);
    expect(leaves()).toBe(1);
  });

  it('that comes too soon after others waits as long as the server asks for', async () => {
    let connections = 0;
    server.onMediaConnect = () => {
      if (++connections < 5) throw new MediaError('limited', 'no', 3_000);
    };
    const join = rejection();
    await server.clock.advance(2_900);
    expect(connections).toBe(1);
    expect(changes.map((c) => c.state)).toEqual(['Connecting']);
    await server.clock.advance(14_000);
    expect(await join).toEqual({ joined: true });
    expect(connections).toBe(5);
  });

  it.each([
    [() => Promise.reject(new MediaError('limited', 'no', 10_000)), 'answered', 'unreachable'],
    [() => Promise.reject(new MediaError('transport', 'no')), 'answered', 'network'],
    [() => new Promise<void>(() => undefined), 'answered', 'websocket_blocked'],
    [() => new Promise<void>(() => undefined), 'refused', 'unreachable'],
  ] as const)('whose sound and pictures find no way has a cause (%#)', async (connect, reach, cause) => {
    server.onMediaConnect = connect;
    const join = rejection();
    await settle();
    server.reachability = reach;
    await server.clock.advance(21_000);
    expect(await join).toMatchObject({ errorCode: 3621, cause });
  });

  it('whose files are blocked by the policy of the page reports that', async () => {
    server = new FakeServer();
    client = createEmbedded(server.environment()).createClient();
    server.blocked = 'media';
    server.blockedFile = 'script-src …';
    await client.init({ zoomAppRoot: document.body });
    expect(await rejection()).toMatchObject({ errorCode: 200, cause: 'csp_blocked', evidence: 'script-src …' });
  });
});

describe('a connection that is given up', () => {
  it.each<[string, (s: FakeServer) => void]>([
    ['network', (s) => void (s.capabilities.online = false)],
    ['network', (s) => void (s.reachability = 'silent')],
    ['server_gone', (s) => void (s.reachability = 'refused')],
    ['local_network_blocked', (s) => void (s.blocker = obstacle)],
    ['websocket_blocked', () => undefined],
  ])('is 4001 %s, and gives the place up at once', async (cause, happen) => {
    await client.join(joinArgs);
    happen(server);
    server.onMediaConnect = () => {
      throw new MediaError('socket', 'no');
    };
    server.transport.handlers.lost();
    server.engine.handlers.disconnected(false);
    await server.clock.advance(64_000);
    expect(changes.at(-1)).toMatchObject({ state: 'Closed', errorCode: 4001, cause });
    expect(leaves()).toBe(1);
  });
});
