import type { Room } from 'livekit-client';

/** How often the state is checked. */
const checkInterval = 1_000;
/** How long packets may be missing before media count as lost; browsers wait several times as long. */
const lossTimeout = 5_000;

/**
 * Detects that packets stopped arriving before the browser gives the connection up.
 * Calls `lost` once, and `recovered` if packets arrive again by themselves.
 */
export class IceTimeout {
  private timer: ReturnType<typeof setInterval> | undefined;
  /** How long no packets have arrived, counted in checks. */
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

  // Count checks instead of measuring time: a frozen page does not check.
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
