/** Waits between tries: however quickly tries fail, no more than eight begin within a minute, the first included. */
const delays = [300, 1_000, 2_000, 4_000, 8_000, 14_000, 20_000];
/** Up to this share is added at random, so that the pages of a server that was away do not all come at once. */
const jitter = 0.4;
/** A connection that lasted this long counts as stable; the delays start over after it. */
const stableAfter = 10_000;

/** How long to wait before the next try. */
export class Backoff {
  private tries = 0;
  private since: number | null = null;

  constructor(
    private readonly now: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  /** The wait before the next try, in milliseconds; to be asked once for each. */
  next(): number {
    if (this.since !== null && this.now() - this.since >= stableAfter) this.tries = 0;
    this.since = null;
    const wait = delays[Math.min(this.tries++, delays.length - 1)] ?? 0;
    return Math.round(wait * (1 + this.random() * jitter));
  }

  /** Call this when the connection is established. */
  connected(): void {
    this.since ??= this.now();
  }
}
