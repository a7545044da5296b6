/** What of a track this needs. */
interface OpenTrack {
  readonly mediaStreamTrack: { readonly readyState: MediaStreamTrackState };
  stop(): void;
}

/**
 * All device and screen tracks opened for a connection, published or not. They are
 * stopped with it, including those that the browser opens after its end.
 */
export class OpenTracks {
  private readonly open = new Set<OpenTrack>();
  private generation = 0;

  /**
   * Waits for tracks, and for what is done to them before they are used. Rejects, with
   * the tracks stopped, where that fails or the connection ended meanwhile.
   */
  async track<T extends OpenTrack>(opening: Promise<T[]>, ready: (tracks: T[]) => Promise<void> = () => Promise.resolve()): Promise<T[]> {
    const { generation } = this;
    const tracks = await opening;
    const assertCurrent = (): void => {
      if (generation !== this.generation) throw new DOMException('the connection ended before the device was open', 'AbortError');
    };
    try {
      assertCurrent();
      for (const track of this.open) if (track.mediaStreamTrack.readyState === 'ended') this.open.delete(track);
      for (const track of tracks) this.open.add(track);
      await ready(tracks);
      assertCurrent();
    } catch (error) {
      for (const track of tracks) track.stop();
      throw error;
    }
    return tracks;
  }

  closeAll(): void {
    this.generation++;
    for (const track of this.open) track.stop();
    this.open.clear();
  }
}
