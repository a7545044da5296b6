import { describe, expect, it } from 'vitest';
import { selectActiveSpeaker, pinnedOrSpotlit, findParticipant, listOrder, sharerOf, stripOrder, successors, tileOrder, waitingOrder } from '../logic/order';
import { person, state } from './fake';

describe('tileOrder', () => {
  it('is the self, then arrival, whoever speaks, raises a hand or is renamed', () => {
    const people = [person(5), person(2), person(9), person(3, { state: 'waiting' })];
    expect(tileOrder(state(people))).toEqual([5, 2, 9]);
    const changed = [people[0], { ...person(2), userName: 'Zed', handRaised: true }, person(9, { muted: false })].flatMap((each) => each ?? []);
    expect(tileOrder(state(changed, { activeSpeakers: [9] }))).toEqual([5, 2, 9]);
  });

  it('knows who came first, however fractions of seconds are written', () => {
    const times = ['00:00Z', '00:00.25Z', '00:00.5Z', '00:01Z'].map((time) => `2026-01-01T10:${time}`);
    const people = times.map((joinedAt, i) => person(i + 1, { joinedAt }));
    expect(tileOrder({ ...state(people), self: null })).toEqual([1, 2, 3, 4]);
  });

  it('moves nobody when somebody comes or goes', () => {
    const before = tileOrder(state([person(1), person(2), person(3), person(4)]));
    const after = tileOrder(state([person(1), person(2), person(4), person(8)]));
    expect(after.filter((id) => before.includes(id))).toEqual(before.filter((id) => after.includes(id)));
  });

  it('keeps participants who reconnect but still send video, and drops unreachable ones except oneself', () => {
    const people = [person(1, { state: 'reconnecting', mediaLost: true }), person(2, { state: 'reconnecting', mediaLost: true }), person(3, { state: 'reconnecting', mediaLost: false }), person(4)];
    expect(tileOrder(state(people))).toEqual([1, 3, 4]);
    // The list has them all, because they are still participants.
    expect(listOrder(state(people)).map(({ userId }) => userId)).toEqual([1, 2, 3, 4]);
  });

  it('leaves out a webinar audience', () => {
    const webinar = state([person(1, { role: 'host' }), person(2, { role: 'panelist' }), person(3)]);
    expect(tileOrder({ ...webinar, session: webinar.session && { ...webinar.session, kind: 'webinar' } })).toEqual([1, 2]);
  });
});

describe('listOrder', () => {
  it('is self, host, co-host, raised hands, others by name', () => {
    const people = [person(1, { userName: 'Z' }), person(2, { userName: 'B' }), person(3, { userName: 'A', role: 'cohost' }), person(4, { userName: 'Y', handRaised: true }), person(5, { userName: 'C', role: 'host' }), person(6, { state: 'waiting' })];
    expect(listOrder(state(people)).map((each) => each.userId)).toEqual([1, 5, 3, 4, 2]);
    expect(waitingOrder(state(people)).map((each) => each.userId)).toEqual([6]);
  });
});

describe('selectActiveSpeaker', () => {
  const tiles = [1, 2, 3, 4];
  it.each([
    ['the loudest first', [3, 2], null, 3],
    ['the one shown while still speaking', [3, 2], 2, 2],
    ['the one shown while nobody speaks', [], 2, 2],
    ['never the self while others are there', [1], null, 2],
    ['the next when the one shown has left', [], 7, 2],
  ])('%s', (_name, active, shown, expected) => {
    expect(selectActiveSpeaker(tiles, active, 1, shown)).toBe(expected);
  });
  it('is the self when alone, and nobody in an empty room', () => {
    expect(selectActiveSpeaker([1], [], 1, null)).toBe(1);
    expect(selectActiveSpeaker([], [], 1, null)).toBeNull();
  });
});

describe('stripOrder', () => {
  it('changes one place when the big picture changes', () => {
    const first = stripOrder([], [1, 2, 3, 4], [2]);
    expect(first).toEqual([1, 3, 4]);
    expect(stripOrder(first, [1, 2, 3, 4], [3])).toEqual([1, 2, 4]);
  });
  it('is settled after one step', () => {
    const once = stripOrder([1, 3, 4], [1, 2, 3, 4, 5], [4]);
    expect(stripOrder(once, [1, 2, 3, 4, 5], [4])).toEqual(once);
    expect([...once].sort()).toEqual([1, 2, 3, 5]);
  });
});

describe('pins, spotlights and focus mode', () => {
  const people = [person(1), person(2, { role: 'host' }), person(3), person(4)];
  const at = (self: number, rules: object, pins: number[] = []) => {
    const base = state(people, { self: people[self - 1] ?? null, pins });
    return { ...base, session: base.session && { ...base.session, ...rules } };
  };
  it('puts those in the spotlight first, in their order', () => {
    expect(tileOrder(at(1, { spotlights: [4, 3] }))).toEqual([4, 3, 1, 2]);
    // The roster is the same object: an order must not outlive what it depends on.
    expect(tileOrder(at(1, { spotlights: [] }))).toEqual([1, 2, 3, 4]);
  });
  it('shows large the own pins before the hosts\' spotlights, and only who is here', () => {
    expect(pinnedOrSpotlit(at(1, { spotlights: [4, 3] }))).toEqual([4, 3]);
    expect(pinnedOrSpotlit(at(1, { spotlights: [4] }, [3, 9]))).toEqual([3]);
    expect(pinnedOrSpotlit(at(1, { spotlights: [9] }, [9]))).toEqual([]);
  });
  it('hides participants from each other in focus mode, but not hosts and the spotlighted, and nobody from hosts', () => {
    expect(tileOrder(at(1, { focusMode: true }))).toEqual([1, 2]);
    expect(tileOrder(at(1, { focusMode: true, spotlights: [4] }))).toEqual([4, 1, 2]);
    expect(tileOrder(at(2, { focusMode: true }))).toEqual([2, 1, 3, 4]);
    expect(pinnedOrSpotlit(at(1, { focusMode: true }, [3]))).toEqual([]);
  });
  it('keeps large people out of the strip, and puts first ones first without mixing the rest', () => {
    expect(stripOrder([1, 2, 3], [1, 2, 3, 4], [2, 4])).toEqual([1, 3]);
    expect(stripOrder([1, 2, 3], [1, 2, 3, 4], [], [3])).toEqual([3, 1, 2, 4]);
  });
  it('offers as successor a co-host before others, no app and nobody who waits', () => {
    const some = [person(1, { role: 'host' }), person(2), person(3, { role: 'cohost' }), person(4, { state: 'waiting' }), person(5, { bot: { appName: 'Notes', authorizerKey: 'k' } })];
    expect(successors(state(some)).map((each) => each.userId)).toEqual([3, 2]);
  });
});

describe('sharerOf and findParticipant', () => {
  it('prefers the screen of somebody else', () => {
    expect(sharerOf(state([person(1, { sharing: true }), person(2, { sharing: true })]))).toBe(2);
    expect(sharerOf(state([person(1, { sharing: true }), person(2)]))).toBe(1);
    expect(sharerOf(state([person(1)]))).toBeNull();
  });
  it('finds in each roster its own', () => {
    expect(findParticipant([person(1)], 1)?.userId).toBe(1);
    expect(findParticipant([person(2)], 1)).toBeUndefined();
    expect(findParticipant([person(2)], null)).toBeUndefined();
  });
});
