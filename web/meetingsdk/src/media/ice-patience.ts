import type { Room } from 'livekit-client';

/** How often the state is looked at. */
const look = 1_000;
/** How long no packet may come before media count as lost; browsers wait several times as long. */
const patience = 5_000;

/**
 * Notices that packets stopped coming before the browser gives the connection
 * up. Says `lost` once, and `found` when they came again by themselves.
 */
export class IcePatience {
  private timer: ReturnType<typeof setInterval> | undefined;
  /** How long the connection has been silent, as far as was looked. */
  private silent = 0;

  constructor(
    private readonly state: () => RTCIceConnectionState | undefined,
    private readonly handlers: { lost(): void; found(): void },
  ) {}

  start(): void {
    this.stop();
    this.timer = setInterval(() => this.check(), look);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.silent = 0;
  }

  // Looks are counted rather than time measured: a page that slept did not look.
  private check(): void {
    const state = this.state();
    if (state === 'disconnected' || state === 'failed') {
      this.silent += look;
      if (this.silent === patience) this.handlers.lost();
    } else if (state === 'connected' || state === 'completed') {
      const told = this.silent >= patience;
      this.silent = 0;
      if (told) this.handlers.found();
    }
  }
}

/** The worse state of a room's peer connections. */
export function iceState(room: Room): RTCIceConnectionState | undefined {
  const pcManager = room.engine?.pcManager;
  const states = [pcManager?.subscriber, pcManager?.publisher].flatMap((transport) => transport?.getICEConnectionState() ?? []);
  return states.find((state) => state === 'disconnected' || state === 'failed') ?? states[0];
}
