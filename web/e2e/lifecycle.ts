import { readFileSync, writeFileSync } from 'node:fs';
import type { View } from './app-server.ts';
import type { Fields, Person } from './person.ts';

/** What may happen to somebody in a meeting, in the order of the document. */
export const departureKinds = [
  'reload', 'put aside and shown again', 'Back to another page', '`leaveMeeting`', 'tab closed', 'tab closed, joined from a new one',
  'renderer crashed', 'network cut', 'host ends the meeting', 'removed by a host', 'the app’s user reloads', 'the app’s user leaves',
] as const;
export const participantKinds = ['guest', 'host with ZAK', 'registrant', 'OBF bot'] as const;
export type DepartureKind = (typeof departureKinds)[number];
export type ParticipantKind = (typeof participantKinds)[number];

/** How soon something is gone, in the classes that are promised. */
export type Timing = 'at once' | 'within 8 s' | 'after a goodbye' | 'after a loss' | 'stays' | 'with the meeting';

/** What others see when a participant leaves or comes back. */
export interface Departure {
  /** What their page receives, in order and in its view's terms. */
  page: readonly string[];
  /** What the pages of others receive about them. */
  others: readonly string[];
  stage: Timing;
  roster: Timing;
}

/** What the contract promises for a way in a view. */
export function expectedDeparture(view: View, way: DepartureKind, kind: ParticipantKind): Departure {
  const client = view === 'client';
  const joined = client ? ['onMeetingStatus 1', 'onMeetingStatus 2'] : ['connection-change Connecting', 'connection-change Connected'];
  const broken = client ? 'onMeetingStatus 4 4000' : 'connection-change Reconnecting 4000';
  const over = (code: number, reasonCode: number): string[] =>
    client ? [`onUserLeave reasonCode ${reasonCode}`, `onMeetingStatus 3 ${code}`] : [`connection-change Closed ${code}`];
  const left = client ? ['onUserLeave reasonCode 2', 'onMeetingStatus 3', 'opens leaveUrl'] : ['connection-change Closed left'];
  const [away, back] = [true, false].map((lost) => `${client ? 'onUserUpdate' : 'user-updated'} isInFailover ${String(lost)}`) as [string, string];
  const gone = client ? 'onUserLeave' : 'user-removed';
  const neverBack = client ? gone : `${gone} reason failover`;
  const kept = { others: [away, back], stage: 'at once', roster: 'stays' } as const;
  const goodbye = { others: [away, gone], stage: 'at once', roster: 'after a goodbye' } as const;
  const freed = { others: [gone], stage: 'at once', roster: 'at once' } as const;
  switch (way) {
    case 'reload':
    case 'tab closed, joined from a new one':
      return { page: joined, ...kept };
    case 'put aside and shown again':
      return { page: [], ...kept };
    case 'Back to another page':
    case 'tab closed':
      return { page: [], ...goodbye };
    case '`leaveMeeting`':
      return { page: left, ...freed };
    case 'renderer crashed':
      return { page: [], others: [away, neverBack], stage: 'at once', roster: 'after a loss' };
    case 'network cut':
      return { page: [broken, ...over(4001, 0)], others: [away, neverBack], stage: 'within 8 s', roster: 'after a loss' };
    case 'host ends the meeting':
      // Whoever ends it goes on at once, the others are shown what happened.
      return { page: client && kind === 'host with ZAK' ? [...over(4004, 1), 'opens leaveUrl'] : over(4004, 1), others: over(4004, 1), stage: 'with the meeting', roster: 'with the meeting' };
    case 'removed by a host':
      return { page: over(3009, 6), ...freed };
    case 'the app’s user reloads':
      return { page: [], others: [], stage: 'stays', roster: 'stays' };
    case 'the app’s user leaves':
      return { page: over(4019, 0), ...freed };
    default:
      throw new Error(`nobody goes by ${String(way)}`);
  }
}

/** An event that a page received, and when. */
export interface ReportedEvent {
  at: number;
  name: string;
  payload: unknown;
}

/** Runs in the page before its scripts: records the SDK's events beyond reloads, and who is on the stage. */
export function recordEvents(): void {
  const key = 'told';
  let record: (name: string, payload: unknown) => void = () => undefined;
  Object.defineProperty(window, 'record', {
    set: (given: typeof record) => (record = given),
    get: () => (name: string, payload: unknown) => {
      record(name, payload);
      if (!/^(connection-change|onMeetingStatus|user-|onUser|page error)/.test(name)) return;
      const events = JSON.parse(sessionStorage.getItem(key) ?? '[]') as unknown[];
      sessionStorage.setItem(key, JSON.stringify([...events, { at: Date.now(), name, payload: payload ?? null }]));
    },
  });
  const log: { at: number; shown: number[] }[] = [];
  Object.assign(window, { stage: log });
  const update = (): void => {
    const shown = [...document.querySelectorAll<HTMLElement>('[data-user-id]')].map((tile) => Number(tile.dataset['userId'])).sort();
    if (String(log.at(-1)?.shown) !== String(shown)) log.push({ at: Date.now(), shown });
  };
  new MutationObserver(update).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-user-id'] });
}

/** All events that a page, and the pages before it in its tab, received since a time. */
export async function recordedEvents(person: Person, since: number): Promise<ReportedEvent[]> {
  const events = await person.page.evaluate(() => JSON.parse(sessionStorage.getItem('told') ?? '[]') as ReportedEvent[]);
  return events.filter(({ at }) => at >= since);
}

/** When a participant left a page's stage after a time; undefined as long as they are there. */
export async function offStage(person: Person, userId: number, after: number): Promise<number | undefined> {
  const log = await person.page.evaluate(() => (window as unknown as { stage: { at: number; shown: number[] }[] }).stage);
  return log.find(({ at, shown }) => at >= after && !shown.includes(userId))?.at;
}

/** The events about the own connection and departure, in the view's terms. */
export function ownEvents(events: readonly ReportedEvent[]): string[] {
  return events.flatMap(({ name, payload }) => {
    const fields = (payload ?? {}) as Fields;
    const why = fields['errorCode'] || (fields['state'] === 'Closed' && fields['reason']);
    const describe = (what: unknown): string[] => [`${name} ${String(what)}${why ? ` ${String(why)}` : ''}`];
    if (name === 'connection-change') return describe(fields['state']);
    if (name === 'onMeetingStatus') return describe(fields['status']);
    if (name === 'onUserLeave' && fields['userId'] === undefined) return [`${name} reasonCode ${String(fields['reasonCode'])}`];
    return name === 'page error' ? [`${name} ${String(payload)}`] : [];
  });
}

/** The events without interruptions that were restored: whether they last long enough to be reported depends on the machine. */
export function withoutInterruptions(texts: readonly string[]): string[] {
  return texts.filter((word, i) => !/ 4000$/.test(word) && !/ 4000$/.test(texts[i - 1] ?? ''));
}

/**
 * What others were told of somebody who stays, each break and return once: a starved
 * machine answers no ping for seconds, and its line breaks again by itself.
 */
export function breaksOnce(texts: readonly string[]): string[] {
  return texts.filter((word, i) => word !== texts[i - 2] || !/ (true|false)$/.test(word));
}

export interface SeenEvent {
  at: number;
  text: string;
  /** Whether the connection is reported as lost; null for other events. */
  away: boolean | null;
}

/** The events about another participant that change whether they are there. */
export function eventsAbout(userId: number, events: readonly ReportedEvent[]): SeenEvent[] {
  let away = false;
  return events.flatMap(({ at, name, payload }): SeenEvent[] => {
    if (!/^(user-|onUser(Join|Leave|Update))/.test(name)) return [];
    const person = ([payload].flat() as Fields[]).find((p) => p['userId'] === userId);
    if (!person) return [];
    if (name === 'user-updated' || name === 'onUserUpdate') {
      const now = person['isInFailover'];
      if (typeof now !== 'boolean' || now === away) return [];
      away = now;
      return [{ at, text: `${name} isInFailover ${String(now)}`, away: now }];
    }
    const why = person['reason'];
    return [{ at, text: why === undefined ? name : `${name} reason ${String(why)}`, away: null }];
  });
}

const file = new URL('../../docs/developers/lifecycle.md', import.meta.url);
const source = new URL('../../internal/session/service.go', import.meta.url);
const viewNames = { component: 'Component View', client: 'Client View' };

/** The section of a view; kinds of participants for whom all is the same share a row. */
export function section(view: View, seen: ReadonlyMap<DepartureKind, ReadonlyMap<ParticipantKind, Departure>>): string {
  const times = readFileSync(source, 'utf8');
  const seconds = (name: string): string => `after ${/(\d+)\*time\.Second/.exec(times.slice(times.indexOf(`cmp.Or(t.${name}`)))?.[1] ?? '?'} s`;
  const soon = (when: Timing): string => ({ 'after a goodbye': seconds('Departing'), 'after a loss': seconds('Lost') })[when as string] ?? when;
  const list = (texts: readonly string[]): string => texts.map((w) => `\`${w}\``).join(', ') || 'nothing';
  const rows = departureKinds.flatMap((way) => {
    const same = new Map<string, ParticipantKind[]>();
    for (const kind of participantKinds) {
      const going = seen.get(way)?.get(kind);
      if (!going) continue;
      const row = `${list(going.page)} | ${list(going.others)} | ${soon(going.stage)} | ${soon(going.roster)} |`;
      same.set(row, [...(same.get(row) ?? []), kind]);
    }
    return [...same].map(([row, who]) => `| ${way} | ${who.length === participantKinds.length ? 'all' : who.join(', ')} | ${row}`);
  });
  return [`## ${viewNames[view]}`, '', '| What happens | To whom | Their page is notified | Others are notified | Off the stage | Off the roster |', '|---|---|---|---|---|---|', ...rows, ''].join('\n');
}

/** The section of a view in the document as it stands. */
export function documented(view: View): string {
  return sectionIn(readFileSync(file, 'utf8'), view);
}

/** Writes the section of a view into the document. */
export function write(view: View, text: string): void {
  const now = readFileSync(file, 'utf8');
  writeFileSync(file, now.replace(sectionIn(now, view), () => text));
}

function sectionIn(text: string, view: View): string {
  const start = text.indexOf(`## ${viewNames[view]}`);
  const end = text.indexOf('\n## ', start + 1);
  return start < 0 ? '' : text.slice(start, end < 0 ? undefined : end + 1).trimEnd() + '\n';
}
