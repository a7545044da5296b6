import type { Participant, Room, TrackPublication } from 'livekit-client';
import { RemoteTrackPublication, Track } from 'livekit-client';
import type { VideoKind } from '../core/model';

/** A picture that nobody looks at is unsubscribed after this long: layouts move tiles about. */
const unwatchedFor = 1_000;
/** One that came unasked gets longer: a slow page draws its tiles late. */
const unclaimedFor = 5_000;

const sources: Record<VideoKind, Track.Source> = { camera: Track.Source.Camera, screen: Track.Source.ScreenShare };

/** Which elements show whose pictures. A picture is kept subscribed only while some element shows it. */
export class Pictures {
  private readonly watched = new Map<string, { identity: string; kind: VideoKind; elements: Set<HTMLVideoElement> }>();

  constructor(private readonly room: Room) {}

  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void {
    const key = `${kind}:${identity}`;
    let entry = this.watched.get(key);
    if (!entry) this.watched.set(key, (entry = { identity, kind, elements: new Set() }));
    const { elements } = entry;
    elements.add(element);
    this.sync(identity);
    return () => {
      if (!elements.delete(element)) return;
      this.publication(identity, kind)?.track?.detach(element);
      element.srcObject = null;
      if (elements.size > 0) return;
      setTimeout(() => {
        if (elements.size > 0 || this.watched.get(key)?.elements !== elements) return;
        this.watched.delete(key);
        const publication = this.publication(identity, kind);
        if (publication instanceof RemoteTrackPublication) publication.setSubscribed(false);
      }, unwatchedFor);
    };
  }

  /** Brings one participant's pictures and the elements that want them together. */
  sync(identity: string): void {
    for (const entry of this.watched.values()) {
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
    for (const identity of new Set([...this.watched.values()].map((entry) => entry.identity))) this.sync(identity);
  }

  /** Gives back a picture that the media server sent unasked, unless somebody soon looks at it. */
  dropUnlessWatched(identity: string, publication: TrackPublication): void {
    const watched = (): boolean =>
      [...this.watched.values()].some((entry) => entry.identity === identity && entry.elements.size > 0 && sources[entry.kind] === publication.source);
    if (watched() || !(publication instanceof RemoteTrackPublication)) return;
    setTimeout(() => {
      if (!watched() && publication.isSubscribed) publication.setSubscribed(false);
    }, unclaimedFor);
  }

  private publication(identity: string, kind: VideoKind): TrackPublication | undefined {
    const { localParticipant } = this.room;
    const participant: Participant | undefined =
      localParticipant.identity === identity ? localParticipant : this.room.getParticipantByIdentity(identity);
    const publication = participant?.getTrackPublication(sources[kind]);
    return publication?.kind === Track.Kind.Video ? publication : undefined;
  }
}
