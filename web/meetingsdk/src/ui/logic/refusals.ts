import type { Failure } from '../../core/model';

/** What the person can do right there. */
export type Recovery = 'passcode' | 'retry' | null;

/** How a refusal is presented to the user: the key of its texts, and what they can do. */
export interface RefusalInfo {
  key: RefusalKey;
  recovery: Recovery;
}

/** The keys below `refused.`: `say` is what is wrong, `do` is what helps. */
export type RefusalKey =
  | 'account' | 'app' | 'appBlocked' | 'authorizer' | 'barrier' | 'blocked' | 'browser' | 'busy' | 'details' | 'elsewhere' | 'email' | 'ended' | 'expired' | 'full'
  | 'hostBusy' | 'hostOnly' | 'inside' | 'loading' | 'localNetwork' | 'locked' | 'lost' | 'name' | 'network' | 'noAnswer' | 'noBrowser' | 'notAdmitted' | 'notFound' | 'notStarted' | 'number' | 'offline' | 'other'
  | 'otherMeeting' | 'outdated' | 'passcode' | 'passcodeMissing' | 'passcodeTries' | 'permission' | 'phone' | 'practice' | 'registration' | 'registrationDenied'
  | 'registrationPending' | 'removed' | 'server' | 'signIn' | 'signInAgain' | 'tooEarly' | 'webinarEnded';

const byCode: Record<number, RefusalKey> = {
  1: 'other', 2: 'app', 200: 'other',
  3000: 'email', 3001: 'notFound', 3003: 'hostOnly', 3004: 'passcode', 3005: 'otherMeeting', 3008: 'notStarted', 3009: 'removed', 3099: 'registration', 3100: 'signIn',
  3265: 'signInAgain', 3603: 'noBrowser', 3608: 'phone', 3610: 'notFound', 3611: 'noBrowser', 3620: 'blocked', 3621: 'noAnswer', 3623: 'signInAgain', 3624: 'hostOnly', 3625: 'account',
  3702: 'account', 3704: 'app', 3705: 'expired', 3706: 'number', 3707: 'notFound', 3708: 'app', 3709: 'account', 3710: 'app', 3711: 'hostBusy', 3712: 'app', 3713: 'appBlocked',
  4000: 'lost', 4001: 'lost', 4003: 'details', 4004: 'ended', 4005: 'full', 4006: 'locked', 4007: 'barrier', 4008: 'inside', 4009: 'server',
  4011: 'appBlocked', 4012: 'permission', 4013: 'signInAgain', 4014: 'signInAgain', 4015: 'signInAgain', 4016: 'app', 4017: 'authorizer', 4018: 'signInAgain', 4019: 'authorizer',
  6603: 'appBlocked', 10000: 'outdated', 13208: 'webinarEnded',
};

/** Causes that mean something else to the person than the rest of their code. */
const byCause: Record<string, RefusalKey> = {
  '1 browser_unsupported': 'browser', '200 browser_unsupported': 'browser', '1 insecure_context': 'app', '200 insecure_context': 'app', '1 asset_blocked': 'loading', '200 asset_blocked': 'loading',
  '1 csp_blocked': 'app', '200 csp_blocked': 'app', '1 frame_policy': 'app', '3621 csp_blocked': 'app', '3621 mixed_content': 'app',
  '3621 local_network_blocked': 'localNetwork', '3621 websocket_blocked': 'network', '3621 network': 'network',
  '3004 passcode_missing': 'passcodeMissing', '3004 option_misspelt': 'passcodeMissing', '3004 throttled': 'passcodeTries',
  '3005 other_view_in_page': 'inside', '3005 other_meeting_live': 'elsewhere',
  '3008 too_early': 'tooEarly', '3008 practice_session': 'practice', '3009 not_admitted': 'notAdmitted',
  '3099 tk_pending': 'registrationPending', '3620 registrant_denied': 'registrationDenied', '3621 offline': 'offline',
  '4003 userName_missing': 'name', '4003 userName_too_long': 'name', '4003 userName_malformed': 'name', '4003 userEmail_missing': 'email', '4003 userEmail_malformed': 'email',
  '4003 userEmail_too_long': 'email', '4003 meetingNumber_missing': 'number', '4003 meetingNumber_malformed': 'number', '4003 password_too_long': 'passcode', '4003 password_malformed': 'passcode',
  '4003 signature_missing': 'app', '4003 signature_malformed': 'app', '4003 zak_and_obf': 'app', '4009 too_many_joins': 'busy',
};

/** Refusals after which the same join may succeed if it is retried. */
const retryable: ReadonlySet<RefusalKey> = new Set([
  'authorizer', 'busy', 'elsewhere', 'full', 'hostBusy', 'inside', 'loading', 'localNetwork', 'locked', 'lost', 'network', 'noAnswer', 'notStarted', 'offline', 'practice', 'registrationPending', 'server', 'tooEarly',
]);

/** Every code with texts of its own; a test compares them with the catalogue. */
export const codesWithText: readonly number[] = Object.keys(byCode).map(Number);

/** How a refusal is presented to the user. */
export function refusalInfo({ errorCode, cause }: Pick<Failure, 'errorCode' | 'cause'>): RefusalInfo {
  const key = byCause[`${errorCode} ${cause}`] ?? byCode[errorCode] ?? 'other';
  if (key === 'passcode' || key === 'passcodeMissing' || key === 'passcodeTries') return { key, recovery: 'passcode' };
  return { key, recovery: retryable.has(key) ? 'retry' : null };
}
