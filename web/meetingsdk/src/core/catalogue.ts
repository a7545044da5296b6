/**
 * The errors that a page raises by itself, without the server: their causes and
 * remedies. Numbers, names and sentences come from the catalogue.
 */

import type { ErrorDetails } from './errors';
import { SDKError } from './errors';
import { errorRow } from './errcodes.gen';
import type { ViewKind } from './model';

interface PageCause {
  remedy: string;
  retryable: boolean;
}

const retryable = (remedy: string): PageCause => ({ remedy, retryable: true });
const permanent = (remedy: string): PageCause => ({ remedy, retryable: false });

/** Why a page may not reach a server that is up. */
const blockers: Record<string, PageCause> = {
  local_network_blocked: retryable("Allow “local network access” for the page in the browser's site settings and reload, or serve the page and the server from the same network."),
  websocket_blocked: retryable('A proxy or firewall blocks WebSockets. Let it pass the Upgrade header for /rtc and /realtime, and allow wss:// to the server.'),
  csp_blocked: permanent("Add the server's origin, as https: and wss:, to connect-src of the page's Content-Security-Policy, and to script-src and worker-src where the page loads the SDK from it."),
  mixed_content: permanent('Serve the Anteroom server over HTTPS: a page loaded over HTTPS may not use an http:// server.'),
};

const generic: Record<string, PageCause> = {
  csp_blocked: blockers.csp_blocked as PageCause,
  unexpected: retryable('Reload the page and try again. If it happens again, save the console output: it is a bug in the app or in the SDK.'),
  cancelled: retryable('The page left while joining. Nothing is wrong; join again at any time.'),
  browser_unsupported: permanent('Use a current Chrome, Edge, Firefox or Safari; if the page is in an in-app browser, open it in a standalone one.'),
  insecure_context: permanent('Serve the page over HTTPS, or use localhost during development.'),
  asset_blocked: retryable('Check the network panel: a Content-Security-Policy, an ad blocker, a proxy or a wrong path is blocking a file of the SDK.'),
};

const causes: Record<number, Record<string, PageCause>> = {
  1: {
    ...generic,
    frame_policy: permanent('Add allow="camera; microphone; display-capture" to the iframe that contains the page; each frame around it needs it too.'),
  },
  200: generic,
  2: {
    init_not_called: permanent('Call init, wait for its success, and call join from there.'),
    init_failed: permanent('Handle the error from init: it says what was rejected. Then call init again.'),
  },
  3005: {
    other_meeting_in_page: permanent('Leave this page’s meeting first, then join the other one.'),
    other_view_in_page: permanent('Use one view per meeting, or await leaveMeeting in one view before joining in the other.'),
  },
  3621: {
    timeout: retryable('The server took too long. Try again. If it keeps happening, check the server and any proxies in front of it.'),
    offline: retryable('This device is offline. Try again when the network connection is back.'),
    unreachable: retryable(
      'The server did not respond at this address. A closed port, a wrong address, a certificate that the browser rejects, ' +
        'a blocked cross-origin request and a Content-Security-Policy all look the same to a page; check the console and the network panel to tell them apart.',
    ),
    network: retryable('The server responds, but audio and video do not get through. Open UDP and TCP to its media port, or set up TURN.'),
    ...blockers,
  },
  3009: {
    removed_by_host: permanent('A host removed this participant. Only the host can allow them to join again.'),
    not_admitted: permanent('A host removed this person from the waiting room. Only the host can allow them to join again.'),
  },
  4000: {
    control_channel_lost: retryable('Wait until the connection is restored. Do not leave or join again.'),
    media_lost: retryable('Wait until audio and video are restored. If they never are, UDP and TCP to the media port may be blocked.'),
  },
  4001: {
    network: retryable('Nothing came through for a minute. Check the network, and join again.'),
    server_gone: retryable('The server refuses connections: it was stopped, or has moved. Join again once it runs.'),
    ...blockers,
    seat_lost: retryable('The server did not hear from this page for too long. Join again.'),
    token_invalid: retryable("The connection token is no longer accepted. Join again to get a new one."),
  },
  4004: {
    ended_by_host: permanent('The host ended the meeting for everyone.'),
    duration_limit: permanent('The meeting reached its host’s time limit.'),
    empty: permanent('The meeting ended because everyone left.'),
  },
  4019: { authorizing_user_left: retryable('The user this app joined for has left. Join again when they return.') },
};

/** The details of an error that this page raises. */
export function errorDetails(errorCode: number, cause: string): ErrorDetails {
  const entry = errorRow(errorCode);
  const known = causes[errorCode]?.[cause];
  return {
    errorCode,
    name: entry?.name ?? 'FAIL',
    errorMessage: entry?.message || 'Fail to join the meeting.',
    cause,
    remedy: known?.remedy ?? '',
    retryable: known?.retryable ?? false,
    retryAfter: null,
    attemptId: null,
    docs: entry?.docs ?? `/docs/errors/${errorCode}`,
  };
}

/** An error that this page raises; `evidence` describes what was observed. */
export function pageError(errorCode: number, cause: string, evidence?: string): SDKError {
  return new SDKError(errorDetails(errorCode, cause), evidence ? { evidence } : {});
}

/** The number of a fault of the page itself: 1 in Client View, 200 in Component View. */
export function pageErrorCode(view: ViewKind): 1 | 200 {
  return view === 'client' ? 1 : 200;
}

/** Maps a close code of the control channel. `code` is null where there is no error: another page took over. */
export function closeReason(closeCode: number): { code: number | null; cause: string } {
  switch (closeCode) {
    case 4501:
      return { code: 4004, cause: 'ended_by_host' };
    case 4502:
      return { code: 3009, cause: 'removed_by_host' };
    case 4503:
      return { code: null, cause: 'taken_over' };
    case 4506:
      return { code: 4019, cause: 'authorizing_user_left' };
    case 4507:
      return { code: 4001, cause: 'token_invalid' };
    case 4508:
      return { code: 4004, cause: 'duration_limit' };
    case 4509:
      return { code: 3009, cause: 'not_admitted' };
    default:
      return { code: 4001, cause: 'seat_lost' };
  }
}
