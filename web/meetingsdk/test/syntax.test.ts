import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { es5File, syntaxError } from './support/script-edition';

const folder = path.join(import.meta.dirname, '../dist/npm');

it('the scripts of the package are in ES2017, and the file named ES5 is in ES5', async () => {
  if (!existsSync(folder)) throw new Error('The package is not built: run `npm run build` in web/meetingsdk, or `make web`.');
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.c?js$/.test(file)).sort();
  expect(files).toEqual(expect.arrayContaining(['index.js', 'index.cjs', path.join('dist', es5File)]));
  const scripts = await Promise.all(files.map(async (file) => ({ file, code: await readFile(path.join(folder, file), 'utf8') })));
  // Some files are copies of others.
  const different = new Map(scripts.map(({ file, code }) => [code, file]));
  expect([...different].map(([code, file]) => syntaxError(file, code)).filter(Boolean)).toEqual([]);
});

it.each([
  ['index.js', "import { a } from './a.js'; export const b = async () => ({ ...[a] }.c, await import('./b.js'));", 'ES2017'],
  ['index.js', "import { a } from './a.js'; export const b = async () => (await import('./b.js')).c ** a;", null],
  ['index.js', "import('./a.js'); a.import('b');", null],
  ['index.cjs', "import { a } from './a.js';", 'ES2017'],
  ['index.cjs', 'exports.a = b ?? c;', 'ES2017'],
  ['index.cjs', 'exports.a = b?.c;', 'ES2017'],
  ['index.cjs', 'class A { b = 1; }', 'ES2017'],
  ['index.cjs', 'try { a(); } catch { b(); }', 'ES2017'],
  ['index.cjs', 'var a = 10n;', 'ES2017'],
  ['index.cjs', 'var a = /(?<year>b)/u;', 'ES2017'],
  ['index.cjs', "exports.a = () => import('./a.cjs').then((b) => import(b));", null],
  ['dist/zoom-meeting-6.2.0.min.js', 'with (a) b = async () => `c`;', null],
  [`dist/${es5File}`, 'var a = function () { return b.default; };', null],
  [`dist/${es5File}`, 'const a = 1;', 'ES5'],
  [`dist/${es5File}`, 'a(() => b);', 'ES5'],
  [`dist/${es5File}`, "import('./a.js');", 'ES5'],
])('%s with %s: %s', (file, code, edition) => {
  const error = syntaxError(file, code);
  if (edition) expect(error).toMatch(new RegExp(`^${file.replaceAll('.', '\\.')} is not ${edition}: `));
  else expect(error).toBeNull();
});
