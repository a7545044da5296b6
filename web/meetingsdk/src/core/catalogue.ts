/**
 * The errors that a page raises by itself, without asking the server: their
 * causes and what helps. Numbers, names and sentences are the catalogue's.
 */

import type { ErrorDetails } from './errors';
import { SDKError } from './errors';
import { errorRow } from './errcodes.gen';
import type { ViewKind } from './model';

interface PageCause {
  remedy: string;
  retryable: boolean;
}

const later = (remedy: string): PageCause => ({ remedy, retryable: true });
const no = (remedy: string): PageCause => ({ remedy, retryable: false });

const generic: Record<string, PageCause> = {
  unexpected: later('Reload and try once more. If it comes back, keep the console output: it is a bug, in the app or in the SDK.'),
  browser_unsupported: no('Use a current Chrome, Edge, Firefox or Safari; in an in-app browser open the page in the real one.'),
  insecure_context: no('Serve the page over HTTPS, or open it through localhost while developing.'),
  asset_blocked: later('Look in the network panel: a Content-Security-Policy, a blocker, a proxy or a wrong path stops a file of the SDK.'),
};

const causes: Record<number, Record<string, PageCause>> = {
  1: generic,
  200: generic,
  2: {
    init_not_called: no('Call init, wait for its success, and call join from there.'),
    init_failed: no('Handle the error of init: it says what was refused. Then call init again.'),
  },
  3005: { other_meeting_in_page: no('Leave the meeting of this page first, then join the other one.') },
  3621: {
    timeout: later('The server took too long. Try again; if it stays, look at the server and at proxies before it.'),
    offline: later('This device is offline. Try again when the network is back.'),
    unreachable: later(
      'Nothing usable answered at the server address. A closed port, a wrong address, a certificate the browser refuses, ' +
        'a blocked cross-origin request and a Content-Security-Policy all look like this to a page; the console and the network panel tell them apart.',
    ),
  },
  3009: { removed_by_host: no('A host removed this person. Only the host can let them in again.') },
  4000: {
    control_channel_lost: later('Wait. The connection is being restored; leave nothing and join nothing.'),
    media_lost: later('Wait. Sound and picture are being restored; if they never are, UDP and TCP to the media port may be blocked.'),
  },
  4001: {
    gave_up: later('The connection did not come back in time. Check the network and join again.'),
    server_drained: later('The server is being shut down. Join again after a moment.'),
    seat_lost: later('The server heard nothing of this page for too long. Join again.'),
    token_invalid: later("The connection's own token is no longer accepted. Join again to get a new one."),
  },
  4004: {
    ended_by_host: no('The host ended the meeting for all.'),
    duration_limit: no('The meeting reached the longest duration its host may use.'),
    empty: no('The meeting ended because nobody was left.'),
  },
  4019: { authorizing_user_left: later('The user whose token let this app in has left. Join again once they are back.') },
};

/** The details of an error that this page raises. */
export function detailsOf(errorCode: number, cause: string): ErrorDetails {
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

/** An error that this page raises; `evidence` says what was seen. */
export function pageError(errorCode: number, cause: string, evidence?: string): SDKError {
  return new SDKError(detailsOf(errorCode, cause), evidence ? { evidence } : {});
}

/** The number of a fault of the page itself: 1 in Client View, 200 in Component View. */
export function pageFaultCode(view: ViewKind): 1 | 200 {
  return view === 'client' ? 1 : 200;
}

/** The closing codes of the control channel. `code` null: no error, the seat moved to another page. */
export function closingOf(lineCode: number): { code: number | null; cause: string } {
  switch (lineCode) {
    case 4501:
      return { code: 4004, cause: 'ended_by_host' };
    case 4502:
      return { code: 3009, cause: 'removed_by_host' };
    case 4503:
      return { code: null, cause: 'taken_over' };
    case 4505:
      return { code: 4001, cause: 'server_drained' };
    case 4506:
      return { code: 4019, cause: 'authorizing_user_left' };
    case 4507:
      return { code: 4001, cause: 'token_invalid' };
    case 4508:
      return { code: 4004, cause: 'duration_limit' };
    default:
      return { code: 4001, cause: 'seat_lost' };
  }
}
