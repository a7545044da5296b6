import type { Failure } from '../../core/model';
import type { IconName } from '../icons/paths';

/** What the page of a meeting that is over shows: the key of its words, and an icon. */
export interface Shown {
  key: 'removed' | 'disconnected' | 'byHost' | 'timeUp' | 'elsewhere' | 'unauthorised' | 'left' | 'other';
  icon: IconName;
}

/** Why it is over, by the code the core gives. */
const ENDINGS: Record<number, Shown> = {
  3009: { key: 'removed', icon: 'remove' },
  4001: { key: 'disconnected', icon: 'reconnect' },
  4004: { key: 'byHost', icon: 'leave' },
  4008: { key: 'elsewhere', icon: 'people' },
  4019: { key: 'unauthorised', icon: 'people' },
};

/** How the end of a meeting is shown; without a failure the person has left. */
export function endingOf(failure: Pick<Failure, 'errorCode' | 'cause'> | null): Shown {
  if (!failure) return { key: 'left', icon: 'check' };
  if (failure.errorCode === 4004 && failure.cause === 'duration_limit') return { key: 'timeUp', icon: 'leave' };
  return ENDINGS[failure.errorCode] ?? { key: 'other', icon: 'warning' };
}
