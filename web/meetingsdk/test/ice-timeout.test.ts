import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IceTimeout } from '../src/media/ice-timeout';

let state: RTCIceConnectionState | undefined;
let events: string[];
let watch: IceTimeout;

beforeEach(() => {
  vi.useFakeTimers();
  state = 'connected';
  events = [];
  watch = new IceTimeout(() => state, { lost: () => void events.push('lost'), recovered: () => void events.push('found') });
  watch.start();
});
afterEach(() => void vi.useRealTimers());

describe('a media connection without packets', () => {
  it('is lost after five seconds, and found when they come again', () => {
    vi.advanceTimersByTime(30_000);
    expect(events).toEqual([]);
    state = 'disconnected';
    vi.advanceTimersByTime(4_000);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual(['lost']);
    state = 'connected';
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual(['lost', 'found']);
  });

  it('is not lost by hiccups', () => {
    for (let i = 0; i < 10; i++) {
      state = 'disconnected';
      vi.advanceTimersByTime(4_000);
      state = 'completed';
      vi.advanceTimersByTime(1_000);
    }
    expect(events).toEqual([]);
  });

  it('stays lost while it is made anew', () => {
    state = 'disconnected';
    vi.advanceTimersByTime(10_000);
    for (const next of ['failed', 'new', 'checking', undefined] as const) {
      state = next;
      vi.advanceTimersByTime(3_000);
    }
    expect(events).toEqual(['lost']);
  });

  it('is no matter once the meeting is left', () => {
    state = 'disconnected';
    vi.advanceTimersByTime(3_000);
    watch.stop();
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual([]);
  });
});
