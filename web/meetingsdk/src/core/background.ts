import { CallError } from './errors';
import type { MediaModule } from './media';
import type { Background, BackgroundImage, BackgroundPreview } from './model';
import type { Meeting } from './meeting';
import { asRecord } from './wire';

/** What the background needs from the meeting. */
export interface BackgroundDeps {
  read(): Background;
  write(background: Background): void;
  /** Whether this browser can. */
  supported(): boolean;
  /** Applies it to the camera, now and whenever it is opened; null takes it away. */
  apply(background: { blur: true } | { image: string } | null): Promise<void>;
}

/** How many images may be on the list. */
const maxImages = 50;

/** The own background: the app's list of images, the choice, and its lock. */
export class VirtualBackground {
  constructor(private readonly deps: BackgroundDeps) {}

  get supported(): boolean {
    return this.deps.supported();
  }

  /** Replaces the list of images. `emptyDisables`: an empty list switches backgrounds off, as in Client View. */
  setImages(value: unknown, emptyDisables = false): void {
    const { id } = this.current();
    if (id !== '') throw new CallError('INVALID_OPERATION', 'a background is in use');
    const images = parseImages(value);
    this.write({ images, offered: !emptyDisables || images.length > 0 });
  }

  lock(locked: boolean): void {
    this.write({ locked });
  }

  /** Chooses `blur`, an image of the list, or nothing. The person may not while it is locked. */
  async choose(id: string, byUser = false): Promise<void> {
    const before = this.current();
    if (!this.supported) throw new CallError('INVALID_OPERATION', 'this browser cannot replace backgrounds');
    if (!before.offered) throw new CallError('INVALID_OPERATION', 'the app has switched backgrounds off');
    if (before.locked) throw new CallError('OPERATION_LOCKED', 'the background is locked');
    if (before.busy) throw new CallError('INVALID_OPERATION', 'another background is being applied');
    if (id === '' && !byUser && before.id !== '') throw new CallError('INVALID_OPERATION', 'an active background can only be changed, not removed');
    const image = before.images.find((one) => one.id === id);
    if (id !== '' && id !== 'blur' && !image) throw new CallError('INVALID_PARAMETERS', 'the list has no image of that id');
    if (id === before.id) return;
    this.write({ busy: true });
    try {
      await this.deps.apply(image ? { image: image.url } : id === 'blur' ? { blur: true } : null);
      this.write({ id, busy: false });
    } catch (error) {
      this.write({ busy: false });
      if (error instanceof CallError) throw error;
      throw new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : 'the background could not be applied');
    }
  }

  /** The selected background; null for none. */
  get selected(): Parameters<BackgroundDeps['apply']>[0] {
    const { id, images } = this.current();
    const image = images.find((one) => one.id === id);
    return id === '' ? null : image ? { image: image.url } : { blur: true };
  }

  /** Applies the selected background to the camera of another meeting, for the user expects it there too. */
  async applyTo(apply: BackgroundDeps['apply']): Promise<void> {
    if (this.selected) await apply(this.selected);
  }

  /** Applies the selected background to a camera stream that is previewed before a meeting. */
  async createPreview(stream: MediaStream, mediaModule: MediaModule, server: string): Promise<BackgroundPreview> {
    if (!this.selected) throw new CallError('INVALID_OPERATION', 'no background is chosen');
    return mediaModule.previewBackground(stream, this.selected, server);
  }

  private current(): Background {
    return this.deps.read();
  }

  private write(change: Partial<Background>): void {
    this.deps.write({ ...this.current(), supported: this.supported, ...change });
  }
}

/** The background of a meeting's own camera. */
export function createVirtualBackground(meeting: Meeting): VirtualBackground {
  return new VirtualBackground({
    read: () => meeting.getState().background,
    write: (background) => {
      meeting.store.set({ background });
      meeting.events.emit('background', background);
    },
    supported: () => meeting.deps.capabilities().background,
    // A background selected in the preview is applied in the meeting.
    apply: (background) => (meeting.getState().phase === 'previewing' && !meeting.room ? Promise.resolve() : meeting.requireConnected().media.setBackground(background)),
  });
}

/** Reads a list of images as apps give it. */
export function parseImages(value: unknown): BackgroundImage[] {
  if (!Array.isArray(value)) throw new CallError('INVALID_PARAMETERS', 'the list of images is not an array');
  if (value.length > maxImages) throw new CallError('INVALID_PARAMETERS', `at most ${maxImages} images`);
  const ids = new Set<string>();
  return value.map((entry: unknown, i) => {
    const { id, displayName, fileName, url } = asRecord(entry) ?? {};
    for (const [name, text] of Object.entries({ id, displayName, fileName, url })) {
      if (typeof text !== 'string' || text === '') throw new CallError('INVALID_PARAMETERS', `image ${i}: ${name} is missing`);
    }
    if (id === 'blur' || ids.has(id as string)) throw new CallError('INVALID_PARAMETERS', `image ${i}: id must be unique and not 'blur'`);
    ids.add(id as string);
    if (!/^(https?:|data:image\/|blob:|[^:]*$)/i.test(url as string)) throw new CallError('INVALID_PARAMETERS', `image ${i}: url is not an address of an image`);
    return { id: id as string, displayName: displayName as string, fileName: fileName as string, url: url as string };
  });
}
