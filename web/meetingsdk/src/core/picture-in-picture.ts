import { CallError } from './errors';
import type { VideoKind } from './model';

/** The part of `Document` that is used. */
export interface PictureInPictureDocument {
  readonly pictureInPictureEnabled?: boolean;
  readonly pictureInPictureElement?: Element | null;
  exitPictureInPicture?(): Promise<void>;
}

/** Shows one of the videos on the page in the browser's picture-in-picture window. */
export class PictureInPicture {
  private readonly elements = new Map<HTMLVideoElement, { userId: number; kind: VideoKind }>();
  allowed = true;

  constructor(
    private readonly changed: (active: boolean) => void,
    private readonly document: () => PictureInPictureDocument = () => globalThis.document,
  ) {}

  get supported(): boolean {
    return this.allowed && this.document().pictureInPictureEnabled === true;
  }

  /** Tracks an element that shows a participant, until the returned function is called. */
  track(userId: number, kind: VideoKind, element: HTMLVideoElement): () => void {
    this.elements.set(element, { userId, kind });
    const enter = (): void => this.changed(true);
    const leave = (): void => this.changed(false);
    element.addEventListener('enterpictureinpicture', enter);
    element.addEventListener('leavepictureinpicture', leave);
    element.disablePictureInPicture = !this.allowed;
    return () => {
      this.elements.delete(element);
      element.removeEventListener('enterpictureinpicture', enter);
      element.removeEventListener('leavepictureinpicture', leave);
      if (this.document().pictureInPictureElement === element) void this.end();
    };
  }

  /** Shows a participant's video in the window, or closes it. Rejects with CallError. */
  async show(userId: number | null): Promise<void> {
    if (userId === null) return this.end();
    if (!this.supported) throw new CallError('INVALID_OPERATION', 'picture in picture is not available in this browser or app');
    const { elements } = this;
    const element = [...elements].find(([, shown]) => shown.userId === userId)?.[0];
    if (!element) throw new CallError('INVALID_PARAMETERS', 'the page shows no video of that participant');
    try {
      await element.requestPictureInPicture();
      // The meeting may be over by the time the browser is ready.
      if (!elements.has(element)) await this.end();
    } catch (error) {
      throw new CallError('INVALID_OPERATION', error instanceof Error ? error.message : 'the browser refused');
    }
  }

  private async end(): Promise<void> {
    const document = this.document();
    if (document.pictureInPictureElement) await document.exitPictureInPicture?.();
    this.changed(false);
  }
}
