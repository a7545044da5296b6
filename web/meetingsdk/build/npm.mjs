import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { common, target } from './shared.mjs';

const addressModule = path.resolve('src/core/address.ts');

/** The address stays a file of its own, which a server rewrites in the tarball it hands out. */
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

/** Builds the content of the package's tarball. */
export async function buildNpm() {
  await mkdir('dist/npm', { recursive: true });
  await buildFormat('es', 'js');
  await buildFormat('cjs', 'cjs');
  await writeFile('dist/npm/address.js', 'export const builtInAddress = "";\n');
  await writeFile('dist/npm/address.cjs', 'exports.builtInAddress = "";\n');
  for (const name of ['index.d.ts', 'client-options.d.ts', 'embedded.d.ts', 'embedded-options.d.ts', 'common.d.ts']) await copyFile(`types/${name}`, `dist/npm/${name}`);
  await copyFile('README.md', 'dist/npm/README.md');
  const own = JSON.parse(await readFile('package.json', 'utf8'));
  const published = {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'module',
    sideEffects: ['./index.js', './index.cjs'],
    main: './index.cjs',
    module: './index.js',
    types: './index.d.ts',
    exports: {
      '.': { types: './index.d.ts', import: './index.js', require: './index.cjs' },
      './embedded': { types: './embedded.d.ts', import: './embedded.js', require: './embedded.cjs' },
      './package.json': './package.json',
    },
  };
  await writeFile('dist/npm/package.json', `${JSON.stringify(published, null, 2)}\n`);
}
