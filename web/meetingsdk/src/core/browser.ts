import { pageError, pageErrorCode } from './catalogue';
import type { SDKError } from './errors';
import type { ViewKind } from './model';

/** What the browser supports; detected each time, because tests and extensions change it. */
export interface BrowserCapabilities {
  webRTC: boolean;
  secure: boolean;
  camera: boolean;
  screen: boolean;
  /** Features that the frames around this page block. */
  blockedByFrame: readonly FrameFeature[];
  online: boolean;
  /** Whether backgrounds can be replaced. */
  background: boolean;
}

/** Features that a frame may only use with permission, as named in the `allow` attribute. */
export type FrameFeature = 'camera' | 'microphone' | 'display-capture';

interface FeaturePolicy {
  allowsFeature(feature: string): boolean;
}

/** Whether the frames around this page allow it to use a device; true where the browser cannot tell. */
export function frameAllows(feature: FrameFeature, scope: Partial<typeof globalThis> = globalThis): boolean {
  const { permissionsPolicy, featurePolicy } = (scope.document ?? {}) as { permissionsPolicy?: FeaturePolicy; featurePolicy?: FeaturePolicy };
  return (permissionsPolicy ?? featurePolicy)?.allowsFeature(feature) !== false;
}

/** Detects the capabilities of a window. */
export function detectCapabilities(scope: Partial<typeof globalThis> = globalThis): BrowserCapabilities {
  const devices = scope.navigator?.mediaDevices;
  return {
    webRTC: typeof scope.RTCPeerConnection === 'function' && typeof scope.WebSocket === 'function',
    secure: scope.isSecureContext !== false,
    camera: typeof devices?.getUserMedia === 'function',
    screen: typeof devices?.getDisplayMedia === 'function',
    blockedByFrame: (['camera', 'microphone', 'display-capture'] as const).filter((feature) => !frameAllows(feature, scope)),
    online: scope.navigator?.onLine !== false,
    background: canReplaceBackground(scope),
  };
}

/** Whether this page may open the microphone without asking the person. */
export async function microphoneAllowed(scope: Partial<typeof globalThis> = globalThis): Promise<boolean> {
  try {
    return (await scope.navigator?.permissions.query({ name: 'microphone' }))?.state === 'granted';
  } catch {
    // Browsers without this permission query only show device labels where access is granted.
    const devices = (await scope.navigator?.mediaDevices?.enumerateDevices()) ?? [];
    return devices.some(({ kind, label }) => kind === 'audioinput' && label !== '');
  }
}

/** The smallest module with a vector instruction. */
const simd = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** Background replacement needs WebAssembly, WebGL 2 and a way to create a track from a canvas. */
function canReplaceBackground(scope: Partial<typeof globalThis>): boolean {
  if (typeof scope.OffscreenCanvas !== 'function' || typeof scope.VideoFrame !== 'function') return false;
  if (typeof scope.WebAssembly !== 'object' || !scope.WebAssembly.validate(simd)) return false;
  return 'MediaStreamTrackProcessor' in scope || typeof scope.HTMLCanvasElement?.prototype.captureStream === 'function';
}

/** The rule `browser` of the join gate: null if this browser supports meetings. */
export function browserError(view: ViewKind, capabilities: BrowserCapabilities): SDKError | null {
  if (!capabilities.secure) return pageError(pageErrorCode(view), 'insecure_context');
  if (!capabilities.webRTC) return pageError(pageErrorCode(view), 'browser_unsupported');
  return null;
}
