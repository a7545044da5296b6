/** What of a track this needs. */
interface OpenTrack {
  readonly mediaStreamTrack: { readonly readyState: MediaStreamTrackState };
  stop(): void;
}

/**
 * Every device and screen that was opened for a connection, published or not. They
 * end with it, those included that the browser opens only when it is over already.
 */
export class OpenTracks {
  private readonly open = new Set<OpenTrack>();
  private turn = 0;

  /** Waits for tracks. Rejects, with the tracks stopped, where the connection ended meanwhile. */
  async hold<T extends OpenTrack>(opening: Promise<T[]>): Promise<T[]> {
    const { turn } = this;
    const tracks = await opening;
    if (turn !== this.turn) {
      for (const track of tracks) track.stop();
      throw new DOMException('the connection ended before the device was open', 'AbortError');
    }
    for (const track of this.open) if (track.mediaStreamTrack.readyState === 'ended') this.open.delete(track);
    for (const track of tracks) this.open.add(track);
    return tracks;
  }

  closeAll(): void {
    this.turn++;
    for (const track of this.open) track.stop();
    this.open.clear();
  }
}
