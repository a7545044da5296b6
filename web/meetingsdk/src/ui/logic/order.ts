import type { MeetingState, Participant } from '../../core/model';
import { isUnreachable } from '../../core/roster';
import { canManage } from './permissions';

const byId = new WeakMap<readonly Participant[], Map<number, Participant>>();

/** Finds a participant; the index is built once for each roster object. */
export function findParticipant(roster: readonly Participant[], userId: number | null | undefined): Participant | undefined {
  if (userId === null || userId === undefined) return undefined;
  let index = byId.get(roster);
  if (!index) {
    index = new Map(roster.map((person) => [person.userId, person]));
    byId.set(roster, index);
  }
  return index.get(userId);
}

/**
 * Remembers an order for as long as the roster object lives: selectors run at
 * every change of the state, most of which are only about who speaks.
 */
function memoizeByRoster<T>(order: (state: MeetingState) => T): (state: MeetingState) => T {
  const known = new WeakMap<readonly Participant[], { about: string; value: T }>();
  return (state) => {
    const { self, session } = state;
    const about = [self?.userId, self?.role, session?.kind, session?.focusMode, session?.spotlights.join()].join('/');
    const found = known.get(state.participants);
    if (found?.about === about) return found.value;
    const value = order(state);
    known.set(state.participants, { about, value });
    return value;
  };
}

const names = new Intl.Collator();

/** Joining order, which never changes while people stay, so that tiles keep their places. */
function byJoinTime(a: Participant, b: Participant): number {
  return Date.parse(a.joinedAt) - Date.parse(b.joinedAt) || a.userId - b.userId;
}

/**
 * Those who have a tile: those in the spotlight first, then the self, then by
 * arrival. A webinar's audience has none; in focus mode participants see the
 * hosts and whom the hosts show, besides themselves.
 */
export const tileOrder = memoizeByRoster((state): readonly number[] => {
  const selfId = state.self?.userId;
  const webinar = state.session?.kind === 'webinar';
  const spotlights = state.session?.spotlights ?? [];
  const self = findParticipant(state.participants, selfId) ?? state.self;
  const focused = state.session?.focusMode === true && !canManage(self);
  const spotlightIndex = (id: number) => {
    const at = spotlights.indexOf(id);
    return at < 0 ? spotlights.length : at;
  };
  return state.participants
    .filter((person) => person.userId === selfId || !isUnreachable(person))
    .filter((person) => person.state !== 'waiting' && !(webinar && person.role === 'attendee'))
    .filter((person) => !focused || person.userId === selfId || canManage(person) || spotlights.includes(person.userId))
    .sort((a, b) => spotlightIndex(a.userId) - spotlightIndex(b.userId) || Number(b.userId === selfId) - Number(a.userId === selfId) || byJoinTime(a, b))
    .map((person) => person.userId);
});

/** Whom this page shows large: its own pins, else the hosts' spotlights; only those who have a tile. */
export function pinnedOrSpotlit(state: MeetingState): readonly number[] {
  const tiles = new Set(tileOrder(state));
  const pins = state.pins.filter((id) => tiles.has(id));
  return pins.length > 0 ? pins : (state.session?.spotlights.filter((id) => tiles.has(id)) ?? []);
}

const RANK: Record<Participant['role'], number> = { host: 0, cohost: 1, panelist: 2, attendee: 3 };

/** The longest raised hand first. */
function byHand(a: Participant, b: Participant): number {
  const raised = (person: Participant) => Date.parse(person.handRaisedAt ?? person.joinedAt);
  return raised(a) - raised(b) || a.userId - b.userId;
}

/** Those inside whose hands are up, in the order in which they raised them. */
export const handOrder = memoizeByRoster((state): readonly Participant[] =>
  state.participants.filter((person) => person.handRaised && person.state !== 'waiting').sort(byHand),
);

/** The list's order: the self, hosts, raised hands as they were raised, panelists, the rest; by name within each. */
export const listOrder = memoizeByRoster((state): readonly Participant[] => {
  const selfId = state.self?.userId;
  const rank = (person: Participant): number => {
    if (person.userId === selfId) return -1;
    if (RANK[person.role] < 2) return RANK[person.role];
    return person.handRaised ? 1.5 : RANK[person.role];
  };
  return state.participants
    .filter((person) => person.state !== 'waiting')
    .sort((a, b) => rank(a) - rank(b) || (rank(a) === 1.5 ? byHand(a, b) : 0) || names.compare(a.userName, b.userName) || a.userId - b.userId);
});

/** Those in the waiting room, the longest waiting first. */
export const waitingOrder = memoizeByRoster((state): readonly Participant[] =>
  state.participants.filter((person) => person.state === 'waiting').sort(byJoinTime),
);

/**
 * The participant of the large tile. The current one stays while still speaking, so
 * the tile does not flicker between two who talk at once; the own participant is shown
 * only when alone.
 */
export function selectActiveSpeaker(tiles: readonly number[], active: readonly number[], selfId: number | undefined, shown: number | null): number | null {
  const eligible = (id: number) => id !== selfId && tiles.includes(id);
  const stays = shown !== null && eligible(shown);
  if (stays && active.includes(shown)) return shown;
  const speaker = active.find(eligible);
  if (speaker !== undefined) return speaker;
  if (stays) return shown;
  return tiles.find(eligible) ?? tiles[0] ?? null;
}

/**
 * The strip beside the big picture. When the big picture goes from A to B, A
 * takes B's place, so that only one small tile changes. `first` come before all.
 */
export function stripOrder(previous: readonly number[], tiles: readonly number[], mains: readonly number[], first: readonly number[] = []): readonly number[] {
  const remaining = new Set(tiles.filter((id) => !mains.includes(id)));
  const placed = new Set(previous.filter((id) => remaining.has(id)));
  const arrivals = tiles.filter((id) => remaining.has(id) && !placed.has(id));
  const strip: number[] = [];
  for (const id of previous) {
    if (remaining.has(id)) strip.push(id);
    else if (mains.includes(id) && arrivals.length > 0) strip.push(arrivals.shift() as number);
  }
  const order = [...strip, ...arrivals];
  return first.length === 0 ? order : [...first.filter((id) => remaining.has(id)), ...order.filter((id) => !first.includes(id))];
}

/** The others who share their screens, in the order of the roster. */
export function sharersOf(state: MeetingState): readonly number[] {
  const selfId = state.self?.userId;
  return state.participants.filter((person) => person.sharing && person.state !== 'waiting' && person.userId !== selfId).map((person) => person.userId);
}

/** The one whose screen is on the stage: the chosen one, else the first of the others, else the self. */
export function sharerOf(state: MeetingState, chosen: number | null = null): number | null {
  const others = sharersOf(state);
  if (chosen !== null && others.includes(chosen)) return chosen;
  const self = findParticipant(state.participants, state.self?.userId);
  return others[0] ?? (self?.sharing && self.state !== 'waiting' ? self.userId : null);
}

/** Who could take over from a host who leaves: co-hosts first, then by arrival; no apps, and nobody who only listens. */
export const successors = memoizeByRoster((state): readonly Participant[] => {
  const webinar = state.session?.kind === 'webinar';
  return state.participants
    .filter((person) => person.state !== 'waiting' && !person.bot && person.userId !== state.self?.userId && !(webinar && person.role === 'attendee'))
    .sort((a, b) => Number(b.role === 'cohost') - Number(a.role === 'cohost') || byJoinTime(a, b));
});
