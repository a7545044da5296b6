import type { Failure } from '../../core/model';
import type { IconName } from '../icons/paths';

/** What the page of a meeting that is over shows: the key of its title and text, and an icon. */
export interface EndingView {
  key: 'removed' | 'notAdmitted' | 'disconnected' | 'byHost' | 'timeUp' | 'elsewhere' | 'unauthorised' | 'left' | 'other';
  icon: IconName;
  /** The key of the text, where it is another ending's. */
  text?: 'removed';
  /** Whether joining again makes sense, and the key of the button's text. */
  back?: 'ended.rejoin' | 'ended.joinHere';
}

/** Why it is over, by the code the core gives. */
const ENDINGS: Record<number, EndingView> = {
  3009: { key: 'removed', icon: 'remove' },
  4001: { key: 'disconnected', icon: 'reconnect', back: 'ended.rejoin' },
  4004: { key: 'byHost', icon: 'leave' },
  4019: { key: 'unauthorised', icon: 'people', back: 'ended.rejoin' },
};

/** How the end of a meeting is shown; without a failure the person has left, here or for another page of theirs. */
export function endingOf(failure: Pick<Failure, 'errorCode' | 'cause'> | null, takenOver = false): EndingView {
  if (takenOver) return { key: 'elsewhere', icon: 'people', back: 'ended.joinHere' };
  if (!failure) return { key: 'left', icon: 'check' };
  if (failure.errorCode === 3009 && failure.cause === 'not_admitted') return { key: 'notAdmitted', text: 'removed', icon: 'remove' };
  if (failure.errorCode === 4004 && failure.cause === 'duration_limit') return { key: 'timeUp', icon: 'leave' };
  return ENDINGS[failure.errorCode] ?? { key: 'other', icon: 'warning' };
}
