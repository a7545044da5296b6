/** What a refused join rejects with in Component View, and the last `connection-change`, as far as the card needs it. */
export interface JoinFailureDetails {
  errorCode?: number;
  reason?: string;
  cause?: string;
  evidence?: string;
  remedy?: string;
  attemptId?: string | null;
  docs?: string;
  alsoFailing?: readonly { code: number; name: string; evidence: string }[];
}

export const isJoinFailure = (what: unknown): what is JoinFailureDetails => typeof what === 'object' && what !== null && 'errorCode' in what && 'reason' in what;

/** The SDK draws these itself, in its element: the passcode again (3004) and a meeting that has not started (3008). */
export const isShownBySDK = ({ errorCode, cause = '' }: JoinFailureDetails): boolean => errorCode === 3004 || errorCode === 3008 || cause.startsWith('password_');

type Texts = readonly [title: string, text: string];

/** The texts for a join that the user gave up. */
export const notJoined: Texts = ['You haven’t joined the meeting', 'You can try again at any time.'];
const refusals: Record<number, Texts> = {
  3001: ['This meeting doesn’t exist', 'Check the meeting number, or ask the host for a new invitation.'],
  3009: ['You were removed from this meeting', 'You can’t join it again unless the host allows it.'],
  3099: ['You need to register for this meeting', 'Register first, then join with the link you receive.'],
  3100: ['You need to sign in to join this meeting', 'Sign in, then join again.'],
  3621: ['The meeting server isn’t responding', 'Check your connection, then try again.'],
  3707: ['This meeting doesn’t exist', 'Check the meeting number, or ask the host for a new invitation.'],
  3711: ['Another meeting with the same host is still running', 'End that meeting, then try again.'],
  4004: ['This meeting has ended', 'If you expected it to continue, ask the host for a new invitation.'],
  4005: ['This meeting is full', 'Try again when someone has left.'],
  4006: ['The host has locked this meeting', 'Ask the host to unlock it, then try again.'],
  4008: ['You’re already in this meeting', 'Leave it in the other window or on the other device, then try again.'],
  4012: ['You need to sign in to join this meeting', 'Sign in, then join again.'],
};
const endings: Record<number, Texts> = {
  3009: ['You were removed from this meeting', 'If you think this is a mistake, contact the host.'],
  4001: ['You’ve been disconnected', 'Your connection was lost and couldn’t be restored. Check your network, then join again.'],
  4004: ['The host has ended this meeting', 'Thanks for joining.'],
};

/** The texts for a refused join. Most codes are for the people who run the app. */
export const refusalTexts = ({ errorCode = 0 }: JoinFailureDetails): Texts =>
  refusals[errorCode] ?? ['You couldn’t join the meeting', 'Something is wrong with this page or the meeting. Contact whoever invited you.'];

/** The texts for the end of a meeting; without a code the user has left, here or for another page. */
export function endingTexts({ errorCode, reason, cause }: JoinFailureDetails, host: boolean): Texts {
  if (errorCode === undefined) return reason === 'left' ? ['You left the meeting', 'You can join again at any time.'] : ['You joined from somewhere else', 'This page left the meeting.'];
  if (cause === 'duration_limit') return ['This meeting has reached its time limit', 'It has ended for everyone.'];
  if (host && errorCode === 4004) return ['You ended the meeting', 'It’s over for everyone.'];
  return endings[errorCode] ?? ['The meeting has ended', 'You’re no longer in this meeting.'];
}

const element = (name: string, ...content: (string | Node)[]): HTMLElement => {
  const made = document.createElement(name);
  made.append(...content);
  return made;
};

/** All that is known about a refusal, folded: it is for the people who build the app. */
function developerDetails(details: JoinFailureDetails): HTMLElement {
  const facts = element('dl');
  const add = (name: string, value: string | null | undefined, as = 'span'): void => {
    if (value) facts.append(element('dt', name), element('dd', element(as, value)));
  };
  add('Error', `${details.errorCode} ${details.reason}`, 'code');
  add('Seen', details.evidence);
  add('What you can do', details.remedy);
  add('Cause', details.cause, 'code');
  add('Attempt', details.attemptId, 'code');
  for (const further of details.alsoFailing ?? []) add('Would fail next', `${further.code} ${further.name}: ${further.evidence}`);
  const docs = element('a', `More about ${details.errorCode}`) as HTMLAnchorElement;
  docs.href = details.docs ?? `/docs/errors/${details.errorCode}`;
  return element('details', element('summary', 'For developers'), facts, element('p', docs));
}

/** Fills the card: what happened, what to do now and, for a refusal, the developer's part. */
export function fillCard(card: HTMLElement, [title, text]: Texts, onRetry: () => void, refusal?: JoinFailureDetails): void {
  const button = element('button', 'Join again') as HTMLButtonElement;
  button.className = 'primary';
  button.addEventListener('click', onRetry);
  const back = element('a', 'Back to the start page') as HTMLAnchorElement;
  back.href = '/';
  const actions = element('div', button, back);
  actions.className = 'actions';
  card.replaceChildren(element('h2', title), element('p', text), actions, ...(refusal ? [developerDetails(refusal)] : []));
}
