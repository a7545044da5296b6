import type { MeetingState } from '../../core/model';

/** Whether the meeting is on the stage. */
export function isInMeeting({ phase }: Pick<MeetingState, 'phase'>): boolean {
  return phase === 'inMeeting' || phase === 'reconnecting';
}
