import type { Room } from 'livekit-client';

/** How often the state is looked at. */
const checkInterval = 1_000;
/** How long no packet may come before media count as lost; browsers wait several times as long. */
const lossTimeout = 5_000;

/**
 * Notices that packets stopped coming before the browser gives the connection
 * up. Says `lost` once, and `found` when they came again by themselves.
 */
export class IceTimeout {
  private timer: ReturnType<typeof setInterval> | undefined;
  /** How long the connection has been silent, as far as was looked. */
  private silentFor = 0;

  constructor(
    private readonly state: () => RTCIceConnectionState | undefined,
    private readonly handlers: { lost(): void; recovered(): void },
  ) {}

  start(): void {
    this.stop();
    this.timer = setInterval(() => this.check(), checkInterval);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.silentFor = 0;
  }

  // Looks are counted rather than time measured: a page that slept did not look.
  private check(): void {
    const state = this.state();
    if (state === 'disconnected' || state === 'failed') {
      this.silentFor += checkInterval;
      if (this.silentFor === lossTimeout) this.handlers.lost();
    } else if (state === 'connected' || state === 'completed') {
      const reported = this.silentFor >= lossTimeout;
      this.silentFor = 0;
      if (reported) this.handlers.recovered();
    }
  }
}

/** The worse state of a room's peer connections. */
export function iceState(room: Room): RTCIceConnectionState | undefined {
  const pcManager = room.engine?.pcManager;
  const states = [pcManager?.subscriber, pcManager?.publisher].flatMap((transport) => transport?.getICEConnectionState() ?? []);
  return states.find((state) => state === 'disconnected' || state === 'failed') ?? states[0];
}
