import { afterEach, describe, expect, it, vi } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { detectCapabilities } from '../src/core/browser';
import { FakeServer, joinArgs } from './support/fake-server';

/** A page in a frame that allows nothing but what is named. */
function inFrame(...allowed: string[]) {
  const policy = { allowsFeature: (feature: string) => allowed.includes(feature) };
  Object.defineProperty(document, 'featurePolicy', { value: policy, configurable: true });
}

afterEach(() => {
  Reflect.deleteProperty(document, 'featurePolicy');
  vi.restoreAllMocks();
});

interface Requirements {
  browserInfo: { isChrome: boolean; isFirefox: boolean; browserName: string };
  browserName: string;
  browserVersion: string;
  features: string[];
  audio: boolean;
  video: boolean;
  screen: boolean;
  blockedByFrame: string[];
}

const both = (server: FakeServer) => ({
  client: createZoomMtg(server.environment()).checkSystemRequirements() as Requirements,
  component: createEmbedded(server.environment()).createClient().checkSystemRequirements(),
});

describe('checkSystemRequirements', () => {
  it('returns the browser as fields and as text', () => {
    vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.1.2 Safari/537.36');
    const { client } = both(new FakeServer());
    expect(client).toMatchObject({ browserName: 'Chrome', browserVersion: '156.0.1.2', audio: true, video: true, screen: true, blockedByFrame: [] });
    expect(client.browserInfo).toMatchObject({ isChrome: true, isFirefox: false, browserName: 'Chrome' });
    expect([client.browserInfo].join()).toBe('Chrome 156.0.1.2');
    // Its text is no field of its own.
    expect(Object.keys(client.browserInfo)).not.toContain('toString');
  });

  it.each([
    [[], false, false, false], [['camera'], false, true, false], [['microphone', 'camera'], true, true, false], [['microphone', 'camera', 'display-capture'], true, true, true],
  ] as const)('is true in a frame that allows %j', (allowed, audio, video, screen) => {
    inFrame(...allowed);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const server = new FakeServer();
    server.capabilities = { ...server.capabilities, blockedByFrame: detectCapabilities().blockedByFrame };
    const { client, component } = both(server);
    expect(component).toEqual({ audio, video, screen });
    expect(client).toMatchObject({ audio, video, screen });
    expect(client.blockedByFrame).toEqual(['camera', 'microphone', 'display-capture'].filter((feature) => !(allowed as readonly string[]).includes(feature)));
    for (const text of warn.mock.calls.map((call) => call[1] as string)) expect(text).toContain('allow="camera; microphone; display-capture"');
  });
});

describe('in a frame without leave', () => {
  it('sharing is refused with the frame as the reason, and the browser is not asked', async () => {
    const server = new FakeServer();
    const zoom = createZoomMtg(server.environment());
    await zoom.init({ leaveUrl: '/bye', disablePreview: true });
    await zoom.join(joinArgs);
    inFrame('camera', 'microphone');
    await expect(zoom.startScreenShare({})).rejects.toMatchObject({ errorCode: 1, errorMessage: expect.stringContaining('frame_policy') });
    expect(server.engine.calls.filter((call) => call.startsWith('setScreen'))).toEqual([]);
  });
});
