import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ViewRemoval, ViewKind } from '../../core/model';
import { addressOf, watchViewPresence } from '../state/presence';
import { fakeModel, person, state } from './fake';

const gone = vi.fn<(why: ViewRemoval) => void>();
let root: HTMLElement;
let host: HTMLElement;
let stop: () => void = () => undefined;

function watch(kind: ViewKind, phase: 'inMeeting' | 'previewing' | 'initialised' = 'inMeeting') {
  const model = { ...fakeModel(state([person(1)], { phase })), viewRemoved: gone };
  stop = watchViewPresence(host, kind, model);
  return model;
}

beforeEach(() => {
  vi.useFakeTimers();
  gone.mockReset();
  history.replaceState(null, '', '/meeting');
  root = document.body.appendChild(document.createElement('div'));
  host = root.appendChild(document.createElement('div'));
  host.getClientRects = () => (root.style.display === 'none' ? [] : [{}]) as unknown as DOMRectList;
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe('a view that the page takes away', () => {
  it.each([
    ['the root is removed', () => root.remove()],
    ['the root is emptied', () => root.replaceChildren()],
  ])('is gone within a second: %s', (_what, act) => {
    watch('component', 'previewing');
    vi.advanceTimersByTime(3_000);
    act();
    vi.advanceTimersByTime(400);
    expect(gone).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(gone.mock.calls).toEqual([['removed']]);
  });

  it('is not gone while it moves, nor before it was ever there, nor outside of a meeting', () => {
    watch('component');
    root.remove();
    vi.advanceTimersByTime(300);
    document.body.appendChild(document.createElement('main')).append(root);
    vi.advanceTimersByTime(5_000);
    stop();
    root.remove();
    watch('component');
    vi.advanceTimersByTime(5_000);
    stop();
    document.body.append(root);
    watch('component', 'initialised');
    root.remove();
    vi.advanceTimersByTime(5_000);
    expect(gone).not.toHaveBeenCalled();
  });

  it('is gone when it is hidden and the page is at another address, in either order; hiding alone is none', () => {
    watch('client');
    root.style.display = 'none';
    vi.advanceTimersByTime(5_000);
    expect(gone).not.toHaveBeenCalled();
    history.replaceState(null, '', '/home');
    vi.advanceTimersByTime(800);
    expect(gone.mock.calls).toEqual([['hidden']]);
  });

  it('takes an address at which it has been seen for the meeting’s own', () => {
    watch('client');
    history.replaceState(null, '', '/meeting/room');
    vi.advanceTimersByTime(6_000);
    root.style.display = 'none';
    vi.advanceTimersByTime(5_000);
    expect(gone).not.toHaveBeenCalled();
  });

  it('is gone in Client View if the page goes back to before the join, with and without the Navigation API', () => {
    const entries = [{ key: 'a', index: 0 }, { key: 'b', index: 1 }, { key: 'c', index: 2 }];
    const navigation = { currentEntry: entries[1], entries: () => entries };
    for (const withNavigation of [true, false]) {
      for (const [kind, calls] of [['component', []], ['client', [['back']]]] as const) {
        gone.mockReset();
        history.replaceState(null, '', '/meeting');
        (window as { navigation?: unknown }).navigation = withNavigation ? navigation : undefined;
        navigation.currentEntry = entries[1];
        watch(kind);
        const go = (address: string, index: number): void => {
          navigation.currentEntry = entries[index];
          history.replaceState(null, '', address);
        };
        // Forward, and back to where the join was.
        go('/meeting/people', 2);
        vi.advanceTimersByTime(2_000);
        go('/meeting', 1);
        window.dispatchEvent(new PopStateEvent('popstate'));
        vi.advanceTimersByTime(2_000);
        expect(gone).not.toHaveBeenCalled();
        go('/', 0);
        window.dispatchEvent(new PopStateEvent('popstate'));
        vi.advanceTimersByTime(800);
        expect(gone.mock.calls).toEqual(calls);
        stop();
      }
    }
    delete (window as { navigation?: unknown }).navigation;
  });

  it('reads a hash as part of the address only where it is a route', () => {
    expect(addressOf({ pathname: '/a', search: '?b', hash: '#/c' })).toBe('/a?b#/c');
    expect(addressOf({ pathname: '/a', search: '', hash: '#part' })).toBe('/a');
  });
});
