import type { Clock } from './clock';

/** The two connections whose loss is a reconnect. */
export type Link = 'control' | 'media';

/** A shorter break is no event: nobody needs to know, and what ends a meeting may just be on its way. */
const reportAfter = 1_500;
/** What breaks the control channel breaks media as well, which take longer to notice: so long they are waited for. */
const mediaDetectionDelay = 2_000;

export interface WatchHandlers {
  /** A break has lasted long enough to be told; `link` broke first. */
  lost(link: Link, since: number): void;
  /** Every link stands again; called only after `lost`. */
  restored(): void;
  /** A link stayed broken for too long. */
  timedOut(): void;
  /** Whether media are in use. */
  mediaInUse(): boolean;
}

/** Watches both links: 4000 when a break lasts, connected when all stand, 4001 after the limit. */
export class ConnectionWatch {
  private readonly broken = new Set<Link>();
  /** The links that have broken since the break began. */
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

  /** Whether a break has been told and lasts. */
  get reconnecting(): boolean {
    return this.reported && this.broken.size > 0;
  }

  /** The link that broke first, and when; null unless the break has been told. */
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
    if (this.reported) return; // the same break
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

  /** Ends the break. */
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
