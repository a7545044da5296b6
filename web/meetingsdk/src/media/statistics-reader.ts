import type { Room, TrackPublication } from 'livekit-client';
import { Track } from 'livekit-client';
import type { MediaStatistics } from '../core/events';

const media: Partial<Record<Track.Source, MediaStatistics['medium']>> = {
  [Track.Source.Microphone]: 'audio',
  [Track.Source.Camera]: 'video',
  [Track.Source.ScreenShare]: 'share',
};

/** One entry of the browser's statistics report. */
type Stat = Record<string, unknown>;

interface LossCounter {
  lost: number;
  packets: number;
}

/** Reads the browser's statistics of every track; losses count from one call to the next. */
export class StatisticsReader {
  private readonly counters = new Map<string, LossCounter>();

  constructor(private readonly room: Room) {}

  async read(): Promise<MediaStatistics[]> {
    const { localParticipant, remoteParticipants } = this.room;
    const parts: Promise<MediaStatistics | null>[] = [];
    for (const publication of localParticipant.trackPublications.values()) parts.push(this.readTrack(publication, true));
    for (const participant of remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) parts.push(this.readTrack(publication, false));
    }
    const each = (await Promise.all(parts)).filter((one) => one !== null);
    this.dropStale();
    return merged(each);
  }

  /** Drops the counts of tracks that are gone. */
  private dropStale(): void {
    const there = new Set<string>();
    for (const { trackPublications } of [this.room.localParticipant, ...this.room.remoteParticipants.values()]) {
      for (const { trackSid } of trackPublications.values()) there.add(trackSid + 'true').add(trackSid + 'false');
    }
    for (const track of this.counters.keys()) if (!there.has(track)) this.counters.delete(track);
  }

  private async readTrack(publication: TrackPublication, encoding: boolean): Promise<MediaStatistics | null> {
    const medium = media[publication.source];
    const report = medium && (await publication.track?.getRTCStatsReport().catch(() => undefined));
    if (!medium || !report) return null;
    const stats = [...(report as unknown as Map<string, Stat>).values()];
    const of = (type: string): Stat[] => stats.filter((stat) => stat.type === type);
    const streams = of(encoding ? 'outbound-rtp' : 'inbound-rtp');
    // The receiver reports how sent packets arrive.
    const arrived = encoding ? of('remote-inbound-rtp') : streams;
    const pair = of('candidate-pair').find((stat) => stat.nominated === true);
    const loss = this.loss(publication.trackSid + String(encoding), {
      lost: sum(arrived, 'packetsLost'),
      packets: encoding ? sum(streams, 'packetsSent') : sum(streams, 'packetsReceived') + sum(streams, 'packetsLost'),
    });
    const roundTrips = arrived.map((stat) => number(stat.roundTripTime)).filter((time) => time > 0);
    const rtt = Math.max(0, ...roundTrips, roundTrips.length ? 0 : number(pair?.currentRoundTripTime));
    return {
      medium,
      encoding,
      avgLoss: loss,
      maxLoss: Math.max(loss, ...arrived.map((stat) => number(stat.fractionLost) * 100)),
      jitter: Math.round(Math.max(0, ...arrived.map((stat) => number(stat.jitter))) * 1000),
      rtt: Math.round(rtt * 1000),
      sampleRate: medium === 'audio' ? number(of('codec')[0]?.clockRate) : 0,
      width: maxOf(streams, 'frameWidth'),
      height: maxOf(streams, 'frameHeight'),
      fps: Math.round(maxOf(streams, 'framesPerSecond')),
    };
  }

  /** The percentage lost since the last call. */
  private loss(key: string, now: LossCounter): number {
    const before = this.counters.get(key) ?? { lost: 0, packets: 0 };
    this.counters.set(key, now);
    const packets = now.packets - before.packets;
    const lost = now.lost - before.lost;
    return packets > 0 && lost > 0 ? Math.round((lost / packets) * 1000) / 10 : 0;
  }
}

/** One figure for each medium and direction: the worst times and losses, the largest picture. */
function merged(each: readonly MediaStatistics[]): MediaStatistics[] {
  const groups = new Map<string, MediaStatistics[]>();
  for (const one of each) {
    const key = one.medium + String(one.encoding);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const max = (key: 'maxLoss' | 'jitter' | 'rtt' | 'sampleRate' | 'width' | 'height' | 'fps'): number => Math.max(...group.map((one) => one[key]));
    const [first] = group as [MediaStatistics];
    const avgLoss = Math.round((group.reduce((all, one) => all + one.avgLoss, 0) / group.length) * 10) / 10;
    return { ...first, avgLoss, maxLoss: max('maxLoss'), jitter: max('jitter'), rtt: max('rtt'), sampleRate: max('sampleRate'), width: max('width'), height: max('height'), fps: max('fps') };
  });
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const sum = (stats: readonly Stat[], key: string): number => stats.reduce((all, stat) => all + number(stat[key]), 0);
const maxOf = (stats: readonly Stat[], key: string): number => Math.max(0, ...stats.map((stat) => number(stat[key])));
