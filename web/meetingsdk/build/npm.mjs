import { cp, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { writeES5 } from './es5.mjs';
import { common, contractVersion, packageTarget as target } from './shared.mjs';

const addressModule = path.resolve('src/core/address.ts');

/** Stands where each server writes its own address into the tarball it hands out (internal/httpapi/tarball.go). */
const builtInAddress = 'anteroom://built-in-address';

/** The address stays a file of its own, so that nothing else differs between the packages of two servers. */
function addressApart(extension) {
  return {
    name: 'address-apart',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith('/address')) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved?.id === addressModule ? { id: `./address.${extension}`, external: 'relative' } : null;
    },
  };
}

/** In a script that is one file, the address is text within it. */
const addressWithin = {
  name: 'address-within',
  enforce: 'pre',
  load: (id) => (id === addressModule ? `export const builtInAddress = ${JSON.stringify(builtInAddress)};` : null),
};

async function buildFormat(format, extension) {
  await build({
    ...common,
    plugins: [addressApart(extension), ...common.plugins],
    build: {
      target,
      outDir: 'dist/npm',
      emptyOutDir: false,
      sourcemap: true,
      minify: true,
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
      // A library's build leaves `import()` to the host's bundler as it is.
      lib: { entry: { index: 'src/client-view/index.ts', embedded: 'src/component-view/index.ts' }, formats: [format] },
      rolldownOptions: {
        external: [/^\.\/address\.c?js$/],
        output: {
          format,
          exports: 'named',
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
          assetFileNames: '[name]-[hash][extname]',
        },
      },
    },
  });
}

/** Builds a view as one file that works as a script, as a CommonJS module and as an AMD module. */
async function buildWhole(entry, name) {
  await build({
    ...common,
    plugins: [addressWithin, ...common.plugins],
    build: {
      target,
      outDir: 'dist/npm/dist',
      emptyOutDir: false,
      // Maps come with the modules; these files, made of the same sources, would carry ten megabytes more.
      sourcemap: false,
      minify: true,
      modulePreload: false,
      chunkSizeWarningLimit: 2000,
      lib: { entry, formats: ['umd'], name: 'AnteroomMeetingSDK', fileName: () => name },
      rolldownOptions: { output: { exports: 'named', codeSplitting: false } },
    },
  });
}

/** The names under which apps take the views' single files out of `dist/`; the first is built, the others are its copies. */
const wholes = [
  ['src/client-view/umd.ts', ['zoomus-websdk.umd.min.js', `zoom-meeting-${contractVersion}.min.js`]],
  ['src/component-view/umd.ts', ['zoomus-websdk-embedded.umd.min.js', `zoom-meeting-embedded-${contractVersion}.min.js`]],
];

/** What apps copy, link or import from the package's `dist/` folder. `lib/` and `css/` are added when all is gathered. */
async function buildDist() {
  await mkdir('dist/npm/dist', { recursive: true });
  for (const [entry, [first, ...others]] of wholes) {
    await buildWhole(entry, first);
    for (const other of others) await copyFile(`dist/npm/dist/${first}`, `dist/npm/dist/${other}`);
  }
  await writeES5('dist/npm/dist/zoomus-websdk-embedded.umd.min.js', 'dist/npm/dist/zoom-meeting-embedded-ES5.min.js');
  await cp('pages', 'dist/npm/dist', { recursive: true });
  await mkdir('dist/npm/dist/ui');
  await writeFile('dist/npm/dist/ui/zoom-meetingsdk.css', '/* The views include their styles; this file exists for apps that import it. */\n');
  await mkdir('dist/npm/dist/lib/av', { recursive: true });
  await writeFile('dist/npm/dist/lib/av/README.txt', 'No file of this folder is needed: audio and video use the browser.\n');
  // The package's own scripts are modules, those of this folder are not.
  await writeFile('dist/npm/dist/package.json', '{ "type": "commonjs" }\n');
}

/** Builds the content of the package's tarball. */
export async function buildNpm() {
  await mkdir('dist/npm', { recursive: true });
  await buildFormat('es', 'js');
  await buildFormat('cjs', 'cjs');
  await writeFile('dist/npm/address.js', `export const builtInAddress = ${JSON.stringify(builtInAddress)};\n`);
  await writeFile('dist/npm/address.cjs', `exports.builtInAddress = ${JSON.stringify(builtInAddress)};\n`);
  await buildDist();
  for (const name of ['index.d.ts', 'client-options.d.ts', 'embedded.d.ts', 'embedded-options.d.ts', 'common.d.ts']) {
    await copyFile(`types/${name}`, `dist/npm/${name}`);
    // Types for `require`: the same declarations as those of a CommonJS module.
    const text = await readFile(`types/${name}`, 'utf8');
    await writeFile(`dist/npm/${name.replace(/\.d\.ts$/, '.d.cts')}`, text.replaceAll(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'"));
  }
  await copyFile('README.md', 'dist/npm/README.md');
  const own = JSON.parse(await readFile('package.json', 'utf8'));
  const both = (name) => ({
    import: { types: `./${name}.d.ts`, default: `./${name}.js` },
    require: { types: `./${name}.d.cts`, default: `./${name}.cjs` },
  });
  const published = {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'module',
    sideEffects: ['./index.js', './index.cjs', './dist/*.js', './dist/**/*.css'],
    main: './index.cjs',
    module: './index.js',
    types: './index.d.ts',
    exports: {
      '.': both('index'),
      './embedded': both('embedded'),
      './index.js': both('index'),
      './embedded.js': both('embedded'),
      './dist/*': './dist/*',
      './package.json': './package.json',
    },
  };
  await writeFile('dist/npm/package.json', `${JSON.stringify(published, null, 2)}\n`);
}
