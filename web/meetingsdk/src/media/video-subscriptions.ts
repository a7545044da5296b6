import type { Participant, Room, TrackPublication } from 'livekit-client';
import { RemoteTrackPublication, Track } from 'livekit-client';
import type { VideoKind } from '../core/model';

/** A video is unsubscribed this long after it was detached: layouts move tiles around. */
const unsubscribeDelay = 1_000;
/** A video that was subscribed by the server gets longer: a slow page renders its tiles late. */
const unclaimedDelay = 5_000;

const sources: Record<VideoKind, Track.Source> = { camera: Track.Source.Camera, screen: Track.Source.ScreenShare };

/** Tracks which elements show whose video. A video is subscribed only while an element shows it. */
export class VideoSubscriptions {
  private readonly attached = new Map<string, { identity: string; kind: VideoKind; elements: Set<HTMLVideoElement> }>();

  constructor(private readonly room: Room) {}

  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void {
    const key = `${kind}:${identity}`;
    let entry = this.attached.get(key);
    if (!entry) this.attached.set(key, (entry = { identity, kind, elements: new Set() }));
    const { elements } = entry;
    elements.add(element);
    this.sync(identity);
    return () => {
      if (!elements.delete(element)) return;
      this.publication(identity, kind)?.track?.detach(element);
      element.srcObject = null;
      if (elements.size > 0) return;
      setTimeout(() => {
        if (elements.size > 0 || this.attached.get(key)?.elements !== elements) return;
        this.attached.delete(key);
        const publication = this.publication(identity, kind);
        if (publication instanceof RemoteTrackPublication) publication.setSubscribed(false);
      }, unsubscribeDelay);
    };
  }

  /** Attaches one participant's video to the elements that show it. */
  sync(identity: string): void {
    for (const entry of this.attached.values()) {
      if (entry.identity !== identity || entry.elements.size === 0) continue;
      const publication = this.publication(identity, entry.kind);
      if (!publication) continue;
      // `isDesired` is no help here: it is true of what was never asked for.
      if (publication instanceof RemoteTrackPublication && !publication.isSubscribed) publication.setSubscribed(true);
      for (const element of entry.elements) {
        if (publication.track && !publication.track.attachedElements.includes(element)) publication.track.attach(element);
      }
    }
  }

  /** The same for everybody, after a new connection. */
  syncAll(): void {
    for (const identity of new Set([...this.attached.values()].map((entry) => entry.identity))) this.sync(identity);
  }

  /** Unsubscribes a video that the media server subscribed by itself, unless an element shows it soon. */
  unsubscribeUnlessAttached(identity: string, publication: TrackPublication): void {
    const isAttached = (): boolean =>
      [...this.attached.values()].some((entry) => entry.identity === identity && entry.elements.size > 0 && sources[entry.kind] === publication.source);
    if (isAttached() || !(publication instanceof RemoteTrackPublication)) return;
    setTimeout(() => {
      if (!isAttached() && publication.isSubscribed) publication.setSubscribed(false);
    }, unclaimedDelay);
  }

  private publication(identity: string, kind: VideoKind): TrackPublication | undefined {
    const { localParticipant } = this.room;
    const participant: Participant | undefined =
      localParticipant.identity === identity ? localParticipant : this.room.getParticipantByIdentity(identity);
    const publication = participant?.getTrackPublication(sources[kind]);
    return publication?.kind === Track.Kind.Video ? publication : undefined;
  }
}
