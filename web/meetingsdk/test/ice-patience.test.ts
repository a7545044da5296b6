import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IcePatience } from '../src/media/ice-patience';

let state: RTCIceConnectionState | undefined;
let told: string[];
let watch: IcePatience;

beforeEach(() => {
  vi.useFakeTimers();
  state = 'connected';
  told = [];
  watch = new IcePatience(() => state, { lost: () => void told.push('lost'), found: () => void told.push('found') });
  watch.start();
});
afterEach(() => void vi.useRealTimers());

describe('a media connection without packets', () => {
  it('is lost after five seconds, and found when they come again', () => {
    vi.advanceTimersByTime(30_000);
    expect(told).toEqual([]);
    state = 'disconnected';
    vi.advanceTimersByTime(4_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['lost']);
    state = 'connected';
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['lost', 'found']);
  });

  it('is not lost by hiccups', () => {
    for (let i = 0; i < 10; i++) {
      state = 'disconnected';
      vi.advanceTimersByTime(4_000);
      state = 'completed';
      vi.advanceTimersByTime(1_000);
    }
    expect(told).toEqual([]);
  });

  it('stays lost while it is made anew', () => {
    state = 'disconnected';
    vi.advanceTimersByTime(10_000);
    for (const next of ['failed', 'new', 'checking', undefined] as const) {
      state = next;
      vi.advanceTimersByTime(3_000);
    }
    expect(told).toEqual(['lost']);
  });

  it('is no matter once the meeting is left', () => {
    state = 'disconnected';
    vi.advanceTimersByTime(3_000);
    watch.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });
});
