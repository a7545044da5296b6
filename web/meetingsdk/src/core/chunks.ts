import type { Clock } from './clock';
import type { Dictionary, LanguageSource } from './i18n';
import type { MediaModule } from './media';
import type { UserInterface } from './model';

/** The views' chunk; it contains the English texts and loads the others. */
export type UiChunk = UserInterface & { enUS?: Dictionary; loadDictionary?: LanguageSource };

/** Loads the two lazy chunks; each build has its own implementation. */
export interface ChunkSource {
  ui(): Promise<UiChunk>;
  media(): Promise<MediaModule>;
}

/** How long a chunk may take before it counts as blocked. */
const chunkTimeout = 20_000;

/** Loads each chunk once; after a failure the next call tries again. */
export class Chunks {
  private uiChunk: Promise<UiChunk> | null = null;
  private mediaChunk: Promise<MediaModule> | null = null;

  constructor(
    private readonly source: ChunkSource,
    private readonly clock: Clock,
  ) {}

  ui(): Promise<UiChunk> {
    this.uiChunk ??= this.load('views', () => this.source.ui(), () => (this.uiChunk = null));
    return this.uiChunk;
  }

  media(): Promise<MediaModule> {
    this.mediaChunk ??= this.load('media engine', () => this.source.media(), () => (this.mediaChunk = null));
    return this.mediaChunk;
  }

  /** Starts loading both and prepares the media engine; errors are reported when a chunk is needed. */
  preload(): void {
    this.ui().catch(() => undefined);
    this.media()
      .then((parts) => parts.prepare?.())
      .catch(() => undefined);
  }

  private load<T>(name: string, start: () => Promise<T>, failed: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (reason: string): void => {
        failed();
        reject(new Error(`the ${name} failed to load: ${reason}`));
      };
      const cancel = this.clock.after(chunkTimeout, () => fail('no response in time'));
      start().then(
        (chunk) => (cancel(), resolve(chunk)),
        (error: unknown) => (cancel(), fail(error instanceof Error ? error.message : String(error))),
      );
    });
  }
}
