import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  const headings = page.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text]) => (text ?? '').toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-'));
}

describe('the links of the documents', () => {
  const root = join(folder, '..');
  const pages = [...readdirSync(root), ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name))].filter((name) => name.endsWith('.md'));

  it('lead to a file, and to a heading where they name one', () => {
    const broken: string[] = [];
    let links = 0;
    for (const name of pages) {
      const page = readFileSync(join(root, name), 'utf8').replaceAll(/^```.*?^```/gms, '');
      for (const [, address] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (address === undefined || /^[a-z]+:/.test(address)) continue;
        links++;
        const [path = '', anchor] = address.split('#');
        const target = path === '' ? join(root, name) : join(root, dirname(name), path);
        if (!existsSync(target)) broken.push(`${name}: ${address}`);
        else if (anchor !== undefined && target.endsWith('.md') && !anchors(readFileSync(target, 'utf8')).includes(anchor)) broken.push(`${name}: ${address}`);
      }
    }
    expect(broken).toEqual([]);
    expect(links).toBeGreaterThan(100);
  });
});
