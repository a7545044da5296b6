import type { ChunkSource } from './chunks';

/** Names of the chunk files, written in by the build of the script bundles. */
declare const ANTEROOM_CHUNKS: { ui: string; media: string; preload: string[] };

/** Where the running script came from; null for inline scripts and in modules. */
export function currentScriptUrl(): string | null {
  const script = globalThis.document?.currentScript;
  return script && 'src' in script && script.src !== '' ? script.src : null;
}

/** Chunks beside the server that handed the script out. */
export function cdnChunks(scriptUrl: string | null): ChunkSource {
  const base = scriptUrl ?? globalThis.location?.href;
  const load = (name: string): Promise<unknown> => import(/* @vite-ignore */ new URL(`/sdk/chunks/${name}`, base).href);
  return {
    ui: () => load(ANTEROOM_CHUNKS.ui) as ReturnType<ChunkSource['ui']>,
    media: () => load(ANTEROOM_CHUNKS.media) as ReturnType<ChunkSource['media']>,
  };
}

/** Preloads the chunks. */
export function preloadChunks(scriptUrl: string | null): void {
  const { head } = globalThis.document ?? {};
  if (!head || !scriptUrl) return;
  for (const name of ANTEROOM_CHUNKS.preload) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(`/sdk/chunks/${name}`, scriptUrl).href;
    link.crossOrigin = 'anonymous';
    head.append(link);
  }
}
