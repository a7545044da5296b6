import { pageError, pageFaultCode } from './catalogue';
import type { SDKError } from './errors';
import type { ViewKind } from './model';

/** What the browser can do; read anew each time, for tests and blockers change it. */
export interface BrowserFacts {
  webRTC: boolean;
  secure: boolean;
  camera: boolean;
  screen: boolean;
  online: boolean;
  /** Whether backgrounds can be replaced. */
  background: boolean;
}

/** Reads the facts of a window. */
export function browserFacts(scope: Partial<typeof globalThis> = globalThis): BrowserFacts {
  const devices = scope.navigator?.mediaDevices;
  return {
    webRTC: typeof scope.RTCPeerConnection === 'function' && typeof scope.WebSocket === 'function',
    secure: scope.isSecureContext !== false,
    camera: typeof devices?.getUserMedia === 'function',
    screen: typeof devices?.getDisplayMedia === 'function',
    online: scope.navigator?.onLine !== false,
    background: canProcess(scope),
  };
}

/** What replacing a background needs: WebAssembly, WebGL 2 and a way to make a track of what was drawn. */
function canProcess(scope: Partial<typeof globalThis>): boolean {
  const canvas = scope.OffscreenCanvas;
  if (typeof scope.WebAssembly !== 'object' || typeof canvas !== 'function') return false;
  return 'MediaStreamTrackProcessor' in scope || typeof scope.HTMLCanvasElement?.prototype.captureStream === 'function';
}

/** The rule `browser` of the join gate: null when a meeting can be held here. */
export function browserFault(view: ViewKind, facts: BrowserFacts): SDKError | null {
  if (!facts.secure) return pageError(pageFaultCode(view), 'insecure_context');
  if (!facts.webRTC) return pageError(pageFaultCode(view), 'browser_unsupported');
  return null;
}
