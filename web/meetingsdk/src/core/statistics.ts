import type { MediaStatistics } from './events';
import { log } from './log';
import type { Meeting } from './meeting';
import { asRecord } from './wire';

/** How often subscribed statistics are reported. */
const reportInterval = 2_000;

type Media = Record<MediaStatistics['medium'], boolean>;

/** Reports statistics of audio and video while an app subscribes to them. */
export class Statistics {
  private subscribed: Media = { audio: false, video: false, share: false };
  private cancel: (() => void) | null = null;

  constructor(private readonly meeting: Meeting) {
    meeting.events.on('finished', () => this.setSubscribed({ audio: false, video: false, share: false }));
  }

  /** Without arguments all three; else those that are true. */
  subscribe(args: unknown): void {
    this.meeting.requireConnected();
    this.change(args, true);
  }

  unsubscribe(args: unknown): void {
    this.change(args, false);
  }

  private change(args: unknown, on: boolean): void {
    const flags = asRecord(args);
    const named = (['audio', 'video', 'share'] as const).filter((medium) => typeof flags?.[medium] === 'boolean');
    const media = named.length ? named.filter((medium) => flags?.[medium] === true) : (['audio', 'video', 'share'] as const);
    this.setSubscribed({ ...this.subscribed, ...Object.fromEntries(media.map((medium) => [medium, on])) });
  }

  private setSubscribed(subscribed: Media): void {
    this.subscribed = subscribed;
    const any = subscribed.audio || subscribed.video || subscribed.share;
    if (any && !this.cancel) this.schedule();
    if (!any) {
      this.cancel?.();
      this.cancel = null;
    }
  }

  private schedule(): void {
    this.cancel = this.meeting.deps.clock.after(reportInterval, () => {
      this.schedule();
      void this.emitStatistics();
    });
  }

  private async emitStatistics(): Promise<void> {
    try {
      for (const statistics of (await this.meeting.room?.media.readStatistics()) ?? []) {
        if (this.subscribed[statistics.medium]) this.meeting.events.emit('statistics', statistics);
      }
    } catch (error) {
      log.info('the browser returned no statistics', error);
    }
  }
}

const types = { audio: 'AUDIO_QOS_DATA', video: 'VIDEO_QOS_DATA', share: 'VIDEOSHARE_QOS_DATA' } as const;

/** The payload of the statistics events of both views. */
export function qosPayload(s: MediaStatistics): { type: string; data: Record<string, number | boolean> } {
  const common = { encoding: s.encoding, avg_loss: s.avgLoss, max_loss: s.maxLoss, jitter: s.jitter, rtt: s.rtt };
  const sound = { sample_rate: s.sampleRate };
  const picture = { width: s.width, height: s.height, fps: s.fps };
  const specific = { audio: sound, video: { ...sound, ...picture }, share: picture }[s.medium];
  return { type: types[s.medium], data: { ...common, ...specific } };
}
