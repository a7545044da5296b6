/** The injected clock, which tests control. Durations are in milliseconds. */
export interface Clock {
  now(): number;
  /** Runs once after the delay; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The browser's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const handle = setTimeout(run, ms);
    return () => clearTimeout(handle);
  },
};

/** Resolves after the delay, or at once when the signal is aborted. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      signal?.removeEventListener('abort', done);
      cancel();
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
