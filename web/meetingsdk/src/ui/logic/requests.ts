import type { MeetingState, Participant } from '../../core/model';
import { findParticipant, handOrder, waitingOrder } from './order';
import { canManage } from './permissions';

const NONE: readonly Participant[] = [];
const manages = (state: MeetingState): boolean => canManage(findParticipant(state.participants, state.self?.userId) ?? state.self);

/** The participants in the waiting room, for those who may admit them. */
export function waitingFor(state: MeetingState): readonly Participant[] {
  return manages(state) ? waitingOrder(state) : NONE;
}

/** The raised hands, for those who may lower them; not the own one. */
export function handsFor(state: MeetingState): readonly Participant[] {
  return manages(state) ? handOrder(state).filter((person) => person.userId !== state.self?.userId) : NONE;
}

/** The key of a request that was seen: a hand that is raised again is another request. */
export function requestKey(person: Participant): string {
  return person.state === 'waiting' ? `w${person.userId}` : `h${person.userId}/${person.handRaisedAt ?? ''}`;
}
