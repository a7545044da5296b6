import type { Clock } from './clock';

/** The two connections whose loss is a reconnect. */
export type Link = 'control' | 'media';

export interface WatchHandlers {
  /** The first link broke. */
  lost(link: Link, since: number): void;
  /** Every link stands again. */
  restored(): void;
  /** A link stayed broken for too long. */
  givenUp(): void;
}

/** Watches both links: 4000 when one breaks, connected when all stand, 4001 after the limit. */
export class ConnectionWatch {
  private readonly broken = new Set<Link>();
  private cancel: (() => void) | null = null;
  private stopped = false;
  private first: { link: Link; since: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
    private readonly handlers: WatchHandlers,
  ) {}

  get reconnecting(): boolean {
    return this.broken.size > 0;
  }

  /** The link that broke first, and when; null while both stand. */
  get loss(): { link: Link; since: number } | null {
    return this.reconnecting ? this.first : null;
  }

  lost(link: Link): void {
    if (this.stopped) return;
    const first = this.broken.size === 0;
    this.broken.add(link);
    if (!first) return;
    this.cancel = this.clock.after(this.limitMs, () => {
      this.stop();
      this.handlers.givenUp();
    });
    this.first = { link, since: this.clock.now() };
    this.handlers.lost(link, this.first.since);
  }

  restored(link: Link): void {
    if (this.stopped || !this.broken.delete(link) || this.broken.size > 0) return;
    this.cancel?.();
    this.cancel = null;
    this.handlers.restored();
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
    this.cancel = null;
  }
}
