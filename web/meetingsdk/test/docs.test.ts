import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ERROR_ROWS } from '../src/core/errcodes.gen';

const folder = join(import.meta.dirname, '../../../docs');

/** The JavaScript examples of a page, as they can be copied from it. */
function snippets(page: string): string[] {
  return [...page.matchAll(/^```js\n(.*?)^```/gms)].map((match) => match[1] ?? '');
}

function syntaxErrors(code: string): string[] {
  const { diagnostics } = ts.transpileModule(code, { reportDiagnostics: true, compilerOptions: { allowJs: true, target: ts.ScriptTarget.ES2022 }, fileName: 'snippet.js' });
  return (diagnostics ?? []).map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' '));
}

describe('the examples of the documents', () => {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));

  it.each(pages)('%s: can be parsed', (name) => {
    for (const code of snippets(readFileSync(join(folder, name), 'utf8'))) expect(syntaxErrors(code), code).toEqual([]);
  });

  it.each(ERROR_ROWS.filter((entry) => !entry.neighbour && entry.code !== 0).map(({ code }) => code))('%i has one for each view', (code) => {
    const page = readFileSync(join(folder, 'errors', `${code}.md`), 'utf8');
    const [client, component] = [page.indexOf('### Client View'), page.indexOf('### Component View')];
    expect(snippets(page.slice(client, component)).length, 'Client View').toBeGreaterThan(0);
    expect(snippets(page.slice(component)).length, 'Component View').toBeGreaterThan(0);
  });

  it('is not blind', () => expect(syntaxErrors('function (')).not.toEqual([]));
});
