import type { Clock } from './clock';

/** The two connections whose loss is a reconnect. */
export type Link = 'control' | 'media';

/** Shorter interruptions are not reported: they may be over soon, or the end of the meeting may be the cause. */
const reportAfter = 1_500;
/** What interrupts the control channel often interrupts media too, which take longer to notice it. */
const mediaDetectionDelay = 2_000;

export interface WatchHandlers {
  /** An interruption has lasted long enough to be reported; `link` was lost first. */
  lost(link: Link, since: number): void;
  /** All links are restored; called only after `lost`. */
  restored(): void;
  /** A link was not restored in time. */
  timedOut(): void;
  /** Whether media are in use. */
  mediaInUse(): boolean;
}

/** Watches both links: 4000 when an interruption lasts, connected when all are restored, 4001 after the limit. */
export class ConnectionWatch {
  private readonly broken = new Set<Link>();
  /** The links that were lost since the interruption began. */
  private readonly affected = new Set<Link>();
  private cancelSettling: (() => void) | null = null;
  private readonly timers = new Set<() => void>();
  private stopped = false;
  private reported = false;
  private firstLoss: { link: Link; since: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
    private readonly handlers: WatchHandlers,
  ) {}

  /** Whether an interruption was reported and lasts. */
  get reconnecting(): boolean {
    return this.reported && this.broken.size > 0;
  }

  /** The link that was lost first, and when; null unless the interruption was reported. */
  get loss(): { link: Link; since: number } | null {
    return this.reported ? this.firstLoss : null;
  }

  lost(link: Link): void {
    if (this.stopped) return;
    const first = this.broken.size === 0;
    this.broken.add(link);
    this.affected.add(link);
    if (!first) return;
    this.cancelSettling?.();
    this.cancelSettling = null;
    this.after(this.limitMs, () => {
      this.stop();
      this.handlers.timedOut();
    });
    if (this.reported) return; // the same interruption
    const loss = { link, since: this.clock.now() };
    this.firstLoss = loss;
    this.after(reportAfter, () => {
      this.reported = true;
      this.handlers.lost(loss.link, loss.since);
    });
  }

  restored(link: Link): void {
    if (this.stopped || !this.broken.delete(link) || this.broken.size > 0) return;
    this.cancel();
    if (this.reported && !this.affected.has('media') && this.handlers.mediaInUse()) this.cancelSettling = this.clock.after(mediaDetectionDelay, () => this.endBreak());
    else this.endBreak();
  }

  /** Ends the interruption. */
  private endBreak(): void {
    this.cancelSettling = null;
    this.affected.clear();
    if (!this.reported) return;
    this.reported = false;
    this.handlers.restored();
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private after(ms: number, run: () => void): void {
    this.timers.add(this.clock.after(ms, run));
  }

  private cancel(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    this.cancelSettling?.();
  }
}
