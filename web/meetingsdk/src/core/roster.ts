/** Applies events to the visible state; pure functions, so that events can be replayed. */

import type { ChatMessage, MeetingState, Participant } from './model';
import type { ServerEvent, Snapshot } from './wire';

/** The part of the state that the server controls. */
export type ServerState = Pick<MeetingState, 'self' | 'session' | 'participants' | 'chat' | 'unreadChat'>;

/** How many chat messages a page stores. */
export const maxChatMessages = 2_000;

/** Times are compared as times: as texts, those that end in zeros are shorter. */
export const sentTime = (message: ChatMessage | undefined): number => Date.parse(message?.sentAt ?? '');

/** Replaces everything with a snapshot; older chat messages than it contains are kept. */
export function applySnapshot(state: ServerState, snapshot: Snapshot): ServerState {
  const fresh = new Set(snapshot.chat.map((message) => message.id));
  // Keep messages older than the snapshot; newer ones that it lacks were deleted meanwhile.
  const since = sentTime(snapshot.chat[0]);
  const waiting = snapshot.self.state === 'waiting';
  const older = state.chat.filter((message) => !fresh.has(message.id) && (waiting || (snapshot.moreChat === true && sentTime(message) < since)));
  const known = new Set(state.chat.map((message) => message.id));
  const unread = state.chat.length === 0 ? 0 : snapshot.chat.filter((message) => !known.has(message.id)).length;
  return {
    self: snapshot.self,
    session: snapshot.session,
    participants: snapshot.participants,
    chat: [...older, ...snapshot.chat].sort((a, b) => sentTime(a) - sentTime(b)).slice(-maxChatMessages),
    unreadChat: state.unreadChat + unread,
  };
}

/** The state after one event; the same object if the event changes nothing. */
export function applyEvent(state: ServerState, event: ServerEvent): ServerState {
  switch (event.type) {
    case 'participant.added':
      return applyAdded(state, event.data);
    case 'participant.updated':
      return updateParticipant(state, event.data);
    case 'participants.updated':
      return updateRoles(state, event.data);
    case 'participant.removed':
      return updateRoles(removeParticipant(state, event.data.userId), event.data);
    case 'session.updated':
      return state.session ? { ...state, session: { ...state.session, ...event.data } } : state;
    case 'chat.message':
      return addMessage(state, event.data);
    case 'chat.deleted':
      return removeMessage(state, event.data.id);
    default:
      return state;
  }
}

/** A new participant; a new host comes with the former host's role. */
function applyAdded(state: ServerState, { participants, hostUserId, ...added }: Extract<ServerEvent, { type: 'participant.added' }>['data']): ServerState {
  return updateRoles(addParticipant(state, added), { participants, hostUserId });
}

function addParticipant(state: ServerState, added: Participant): ServerState {
  const others = state.participants.filter((p) => p.userId !== added.userId);
  const self = state.self?.userId === added.userId ? added : state.self;
  return { ...state, self, participants: [...others, added] };
}

function updateParticipant(state: ServerState, change: Partial<Participant> & { userId: number }): ServerState {
  const merge = (p: Participant): Participant => (p.userId === change.userId ? { ...p, ...change } : p);
  const self = state.self ? merge(state.self) : null;
  const participants = state.participants.map(merge);
  return { ...state, self, participants: isAudience(self, state) ? participants.filter((p) => p.userId === self?.userId || !isHidden(p)) : participants };
}

/** Whether this page belongs to a webinar's audience, who do not see each other. */
const isAudience = (self: Participant | null, { session }: ServerState): boolean => session?.kind === 'webinar' && self?.role === 'attendee';

const isHidden = (p: Participant): boolean => p.role === 'attendee' && !p.allowedToTalk;

/** What changes along with the host. */
function updateRoles(state: ServerState, { participants, hostUserId }: Extract<ServerEvent, { type: 'participants.updated' }>['data']): ServerState {
  const changed = (participants ?? []).reduce(updateParticipant, state);
  return hostUserId === undefined || !changed.session ? changed : { ...changed, session: { ...changed.session, hostUserId } };
}

/** Whether both the connection and the media of a participant are lost: they are off the stage. */
export function isUnreachable({ state, mediaLost }: Participant): boolean {
  return state === 'reconnecting' && mediaLost === true;
}

function removeParticipant(state: ServerState, userId: number): ServerState {
  if (!state.participants.some((p) => p.userId === userId)) return state;
  return { ...state, participants: state.participants.filter((p) => p.userId !== userId) };
}

function addMessage(state: ServerState, message: ChatMessage): ServerState {
  if (state.chat.some((known) => known.id === message.id)) return state;
  const own = message.sender.userId === state.self?.userId;
  return { ...state, chat: [...state.chat, message].slice(-maxChatMessages), unreadChat: state.unreadChat + (own ? 0 : 1) };
}

function removeMessage(state: ServerState, id: string): ServerState {
  if (!state.chat.some((known) => known.id === id)) return state;
  return { ...state, chat: state.chat.filter((known) => known.id !== id) };
}

/** What changed between two rosters, for the events of the views. */
export interface RosterChange {
  added: Participant[];
  removed: Participant[];
  updated: { before: Participant; after: Participant }[];
}

/** Compares two rosters by userId. */
export function rosterChange(before: readonly Participant[], after: readonly Participant[]): RosterChange {
  const old = new Map(before.map((p) => [p.userId, p]));
  const change: RosterChange = { added: [], removed: [], updated: [] };
  for (const participant of after) {
    const former = old.get(participant.userId);
    old.delete(participant.userId);
    if (!former) change.added.push(participant);
    else if (differs(former, participant)) change.updated.push({ before: former, after: participant });
  }
  change.removed = [...old.values()];
  // The new host first: an app's own list of participants always has a host.
  const first = change.updated.findIndex((u) => u.after.role === 'host' && u.before.role !== 'host');
  if (first > 0) change.updated.unshift(...change.updated.splice(first, 1));
  return change;
}

function differs(a: Participant, b: Participant): boolean {
  if (a === b) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Participant>;
  return [...keys].some((key) => a[key] !== b[key]);
}
