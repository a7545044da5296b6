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
  };
}

/** The rule `browser` of the join gate: null when a meeting can be held here. */
export function browserFault(view: ViewKind, facts: BrowserFacts): SDKError | null {
  if (!facts.secure) return pageError(pageFaultCode(view), 'insecure_context');
  if (!facts.webRTC) return pageError(pageFaultCode(view), 'browser_unsupported');
  return null;
}
