import type { MeetingState, Participant } from '../../core/model';
import { findParticipant, handOrder, waitingOrder } from './order';
import { canManage } from './permissions';

const NONE: readonly Participant[] = [];
const manages = (state: MeetingState): boolean => canManage(findParticipant(state.participants, state.self?.userId) ?? state.self);

/** The people in the waiting room, for those who may let them in. */
export function waitingFor(state: MeetingState): readonly Participant[] {
  return manages(state) ? waitingOrder(state) : NONE;
}

/** The raised hands, for those who may lower them; not the own one. */
export function handsFor(state: MeetingState): readonly Participant[] {
  return manages(state) ? handOrder(state).filter((person) => person.userId !== state.self?.userId) : NONE;
}

/** By what a request is known once somebody has seen it: a hand raised anew is another one. */
export function requestKey(person: Participant): string {
  return person.state === 'waiting' ? `w${person.userId}` : `h${person.userId}/${person.handRaisedAt ?? ''}`;
}
