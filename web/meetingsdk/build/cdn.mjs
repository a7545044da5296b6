import { writeFile } from 'node:fs/promises';
import { build } from 'vite';
import { common, target } from './shared.mjs';

/** Builds the lazily loaded chunks; returns their file names and sizes. */
async function buildChunks() {
  const output = await build({
    ...common,
    build: {
      target,
      outDir: 'dist/cdn/chunks',
      sourcemap: true,
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
      // A library's build leaves `import()` as it is: Vite's own helper would notify the app's window of
      // chunks that cannot be loaded (`vite:preloadError`), and apps reload the page then.
      lib: { entry: { ui: 'src/ui/index.tsx', media: 'src/media/index.ts' }, formats: ['es'] },
      rolldownOptions: {
        // What a lazy chunk shares with one of these stays in it.
        preserveEntrySignatures: 'allow-extension',
        output: { format: 'es', minify: true, comments: false, entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js', assetFileNames: '[name]-[hash][extname]' },
      },
    },
  });
  const files = [output].flat().flatMap((part) => part.output);
  const entry = (name) => files.find((file) => file.type === 'chunk' && file.isEntry && file.name === name);
  const [ui, media] = [entry('ui'), entry('media')];
  const preload = [...new Set([ui, media].flatMap((chunk) => [chunk.fileName, ...chunk.imports]))];
  return { ui: ui.fileName, media: media.fileName, preload };
}

/** Builds one classic script. */
async function buildScript(entry, name, chunks) {
  await build({
    ...common,
    define: { ...common.define, ANTEROOM_CHUNKS: JSON.stringify(chunks) },
    build: {
      target,
      outDir: 'dist/cdn',
      emptyOutDir: false,
      sourcemap: true,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        output: { format: 'iife', entryFileNames: name },
      },
    },
  });
}

/** Builds the script bundles and what they load; returns the chunks' names. */
export async function buildCdn() {
  const chunks = await buildChunks();
  await buildScript('src/client-view/cdn.ts', 'zoom-meeting.min.js', chunks);
  await buildScript('src/component-view/cdn.ts', 'zoom-meeting-embedded.min.js', chunks);
  await writeFile('dist/cdn/chunks.json', `${JSON.stringify(chunks, null, 2)}\n`);
  return chunks;
}
