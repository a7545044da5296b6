// Gathers what the program carries in web/build: the SDK's scripts and chunks,
// its npm package, the vendor scripts that pages load beside it, and the
// dictionaries. The pages are written there by their own build.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { modelWithMetadata } from './meetingsdk/build/model.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(here, ...parts);
const served = at('build/served');
const npm = at('build/npm');

await rm(join(served, 'cdn'), { recursive: true, force: true });
await rm(npm, { recursive: true, force: true });
await cp(at('meetingsdk/dist/npm'), npm, { recursive: true });
// Source maps stay with the npm package; the program need not carry them twice.
await cp(at('meetingsdk/dist/cdn'), join(served, 'cdn'), { recursive: true, filter: (name) => !name.endsWith('.map') });

const vendor = createRequire(at('vendor/package.json'));
const packageFile = (name, file) => join(dirname(vendor.resolve(`${name}/package.json`)), file);
await mkdir(join(served, 'cdn/lib/vendor'), { recursive: true });
for (const [name, file] of [
  ['react', 'umd/react.production.min.js'],
  ['react-dom', 'umd/react-dom.production.min.js'],
  ['react-redux', 'dist/react-redux.min.js'],
  ['redux', 'dist/redux.min.js'],
  ['redux-thunk', 'dist/redux-thunk.min.js'],
  ['lodash', 'lodash.min.js'],
  ['jquery', 'dist/jquery.min.js'],
]) {
  await cp(packageFile(name, file), join(served, 'cdn/lib/vendor', `${name}.min.js`));
}
await mkdir(join(served, 'cdn/css'), { recursive: true });
await cp(packageFile('bootstrap', 'dist/css/bootstrap.min.css'), join(served, 'cdn/css/bootstrap.css'));
await cp(packageFile('bootstrap', 'dist/fonts'), join(served, 'cdn/fonts'), { recursive: true });
await writeFile(join(served, 'cdn/css/react-select.css'), '/* Nothing of Anteroom needs this style sheet; pages ask for it by habit. */\n');

// Files for background replacement; pages load them when a background is selected.
const sdk = createRequire(at('meetingsdk/package.json'));
const visionFolder = join(dirname(sdk.resolve('@mediapipe/tasks-vision')), 'wasm');
await mkdir(join(served, 'cdn/background/wasm'), { recursive: true });
for (const name of ['vision_wasm_internal.js', 'vision_wasm_internal.wasm']) await cp(join(visionFolder, name), join(served, 'cdn/background/wasm', name));
const model = join(dirname(sdk.resolve('@mediapipe/selfie_segmentation')), 'selfie_segmentation.tflite');
await writeFile(join(served, 'cdn/background/selfie_segmentation.tflite'), await modelWithMetadata(model));

await writeDictionaries();
await cp(at('meetingsdk/pages'), join(served, 'cdn'), { recursive: true });

// Apps take the same files out of the package's dist/ folder.
for (const folder of ['lib', 'css', 'fonts']) await cp(join(served, 'cdn', folder), join(npm, 'dist', folder), { recursive: true });

/** A file for every language of the contract, in English where there is no translation; what a translation lacks is English too. */
async function writeDictionaries() {
  const made = at('node_modules/.dictionary');
  const folder = 'meetingsdk/src/ui/i18n';
  await build({
    root: here,
    logLevel: 'error',
    build: {
      outDir: made,
      lib: { entry: { 'en-US': at(`${folder}/en-US.ts`), languages: at(`${folder}/languages.ts`) }, formats: ['es'], fileName: (_format, name) => `${name}.mjs` },
    },
  });
  const load = (name) => import(pathToFileURL(join(made, `${name}.mjs`)).href);
  const { enUS } = await load('en-US');
  const { loadDictionary } = await load('languages');
  await mkdir(join(served, 'cdn/lib/lang'), { recursive: true });
  const legacyNames = { 'jp-JP': 'ja-JP', 'ko-KO': 'ko-KR' };
  for (const language of 'de-DE es-ES en-US fr-FR ja-JP jp-JP pt-PT pl-PL tr-TR ru-RU zh-CN zh-TW ko-KR ko-KO vi-VN it-IT id-ID nl-NL sv-SE'.split(' ')) {
    const words = { ...enUS, ...(await loadDictionary(legacyNames[language] ?? language)) };
    await writeFile(join(served, 'cdn/lib/lang', `${language}.json`), `${JSON.stringify(words, null, 1)}\n`);
  }
}
