import { describe, expect, it } from 'vitest';
import { apiReport } from '../surface/report';
import { support, supportTable } from '../surface/support';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import contract from '../surface/contract.json';
import { FakeServer } from './support/fake-server';

const texts = import.meta.glob<string>('../types/*.d.ts', { query: '?raw', import: 'default', eager: true });
const types = (name: string): { name: string; text: string } => ({ name, text: texts[`../types/${name}.d.ts`] ?? '' });
const files = { client: [types('common'), types('client-options'), types('index')], component: [types('common'), types('embedded-options'), types('embedded')] };
const declared = (view: 'client' | 'component', name: string): boolean => files[view].some(({ text }) => new RegExp(`export (?:const enum|interface|type) ${name}\\b`).test(text));

describe('the surface', () => {
  const server = new FakeServer();
  const zoom = createZoomMtg(server.environment());
  const embedded = createEmbedded(server.environment());
  const parts = support(zoom, zoom.i18n, embedded.createClient(), embedded, declared);

  it('has everything of the contract: it works, or is refused with a reason', async () => {
    expect(parts.flatMap(({ title, rows }) => rows.filter((row) => row.standing === 'missing').map((row) => `${title}: ${row.name}`))).toEqual([]);
    await expect(supportTable(parts)).toMatchFileSnapshot('../../../docs/developers/support-table.md');
  });

  it('declares the enums with the values of the contract', () => {
    for (const view of ['client', 'component'] as const) {
      for (const [name, members] of Object.entries(contract[view].enums as Record<string, Record<string, string | number>>)) {
        const body = new RegExp(`export const enum ${name} \\{([^}]*)\\}`).exec(files[view].map((f) => f.text).join('\n'))?.[1] ?? '';
        const own = Object.fromEntries([...body.matchAll(/^ {2}'?([^'=]+?)'? = '?([^',]+)'?,$/gm)].map(([, member = '', value = '']) => [member, value]));
        expect(own, name).toEqual(Object.fromEntries(Object.entries(members).map(([member, value]) => [member, String(value)])));
      }
    }
  });

  it.each([
    ['client-view', 'Client View', files.client],
    ['component-view', 'Component View', files.component],
  ])('is reported in api/%s.api.md', async (name, title, of) => {
    await expect(apiReport(title, of)).toMatchFileSnapshot(`../api/${name}.api.md`);
  });
});
