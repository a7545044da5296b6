import { readFile, writeFile } from 'node:fs/promises';
import { transform } from '@swc/core';

/** Writes a finished script once more, in the syntax of ES5. */
export async function writeES5(from, to) {
  const { code } = await transform(await readFile(from, 'utf8'), {
    configFile: false,
    swcrc: false,
    isModule: false,
    minify: true,
    jsc: { target: 'es5', minify: { compress: false, mangle: false, format: { comments: false } } },
  });
  // What swc puts before the script would become globals of the page.
  await writeFile(to, `(function(){${code}\n}).call(this);\n`);
}
