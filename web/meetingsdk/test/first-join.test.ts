import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { FakeServer, joinArgs } from './support/fake-server';

let server: FakeServer;
let zoomAppRoot: HTMLElement;

beforeEach(() => {
  server = new FakeServer();
  zoomAppRoot = document.createElement('div');
  document.body.replaceChildren(zoomAppRoot);
});
afterEach(() => vi.restoreAllMocks());

async function initialised() {
  const client = createEmbedded(server.environment()).createClient();
  await client.init({ zoomAppRoot, language: 'en-US' });
  return client;
}

describe('prewarming a view', () => {
  it('comes once, while nobody has asked for a join', async () => {
    const client = await initialised();
    await server.clock.advance(149);
    expect(server.prewarms).toBe(0);
    await server.clock.advance(1);
    expect(server.prewarms).toBe(1);
    await client.init({ zoomAppRoot, language: 'en-US' });
    await server.clock.advance(10_000);
    expect(server.prewarms).toBe(1);
  });

  it('comes once however often Client View is prepared', async () => {
    const ZoomMtg = createZoomMtg(server.environment());
    ZoomMtg.preLoadWasm();
    ZoomMtg.prepareWebSDK();
    await server.clock.advance(10_000);
    ZoomMtg.init({ leaveUrl: '/' });
    await server.clock.advance(10_000);
    expect(server.prewarms).toBe(1);
  });

  it('gives way to a join', async () => {
    const client = await initialised();
    const joining = client.join(joinArgs);
    await server.clock.advance(10_000);
    await joining;
    expect(server.prewarms).toBe(0);
  });

  it('is left out in a page that nobody sees, and where the file of the views is blocked', async () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    await initialised();
    await server.clock.advance(10_000);
    vi.restoreAllMocks();
    server.blocked = 'ui';
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await initialised();
    await server.clock.advance(10_000);
    expect(server.prewarms).toBe(0);
  });
});

describe('devices', () => {
  it('are listed once the first pictures had their time', async () => {
    const client = await initialised();
    await client.join(joinArgs);
    await server.clock.advance(299);
    expect(server.listings).toBe(0);
    await server.clock.advance(1);
    expect(server.listings).toBe(1);
  });

  it('are not listed for somebody who left before', async () => {
    const client = await initialised();
    await client.join(joinArgs);
    await client.leaveMeeting();
    await server.clock.advance(10_000);
    expect(server.listings).toBe(0);
  });
});

describe('a join', () => {
  it('is there with the connection, where the negotiation took longer than usual', async () => {
    server.negotiates = false;
    const client = await initialised();
    await client.join(joinArgs);
    expect(client.getAttendeeslist()).toHaveLength(2);
  });
});
