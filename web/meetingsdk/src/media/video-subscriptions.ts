import type { Participant, Room, TrackPublication } from 'livekit-client';
import { RemoteTrackPublication, Track } from 'livekit-client';
import type { VideoKind } from '../core/model';

/** A picture that nobody looks at is unsubscribed after this long: layouts move tiles about. */
const unsubscribeDelay = 1_000;
/** One that came unasked gets longer: a slow page draws its tiles late. */
const unclaimedDelay = 5_000;

const sources: Record<VideoKind, Track.Source> = { camera: Track.Source.Camera, screen: Track.Source.ScreenShare };

/** Which elements show whose pictures. A picture is kept subscribed only while some element shows it. */
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

  /** Brings one participant's pictures and the elements that want them together. */
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

  /** The same for everybody, after a fresh connection. */
  syncAll(): void {
    for (const identity of new Set([...this.attached.values()].map((entry) => entry.identity))) this.sync(identity);
  }

  /** Gives back a picture that the media server sent unasked, unless somebody soon looks at it. */
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
