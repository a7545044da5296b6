/** What of the contract works and what is refused, taken from the code itself. */

import contract from './contract.json';
import { emittedEvents as clientEvents } from '../src/client-view/listener';
import { acceptedInitOptions as clientGiven, ignoredInitOptions, ignoredJoinOptions, joinOptionNames as clientJoin, supportedInitOptions as clientObeyed } from '../src/client-view/options';
import { ignoredFunctions, unsupportedEvents as clientSilent, unsupportedFunctions } from '../src/client-view/unsupported';
import { emittedEvents as componentEvents } from '../src/component-view/events';
import { acceptedInitOptions as componentGiven, ignoredCustomize, joinOptionNames as componentJoin, supportedCustomize, supportedInitOptions as componentObeyed } from '../src/component-view/options';
import { emptyGetters, unsupportedEvents as componentSilent, unsupportedMethods } from '../src/component-view/unsupported';
import type { UnsupportedReason } from '../src/core/unsupported';
import { unsupportedReasons } from '../src/core/unsupported';

export type Standing = { works: true; note?: string } | { works: false; reason: string } | 'missing';

export interface Row {
  name: string;
  standing: Standing;
}

export interface Part {
  title: string;
  rows: Row[];
}

type Refused = Partial<Record<string, UnsupportedReason>>;

function part(title: string, names: readonly string[], works: (name: string) => boolean, refused: Refused = {}, note: (name: string) => string | undefined = () => undefined): Part {
  const standing = (name: string): Standing => {
    const reason = refused[name];
    if (reason) return { works: false, reason: unsupportedReasons[reason] };
    if (!works(name)) return 'missing';
    const text = note(name);
    return text ? { works: true, note: text } : { works: true };
  };
  return { title, rows: names.map((name) => ({ name, standing: standing(name) })) };
}

const oneOf = (...lists: readonly (readonly string[])[]) => {
  const all = new Set(lists.flat());
  return (name: string): boolean => all.has(name);
};

/** Every function, option, event and enum of the contract. `declared` reports whether a type file declares a name. */
export function support(client: object, i18n: object, component: object, factory: object, declared: (view: 'client' | 'component', name: string) => boolean): Part[] {
  const has = (object: object) => (name: string) => name in object;
  const { client: c, component: e } = contract;
  const given = (list: readonly string[]) => (name: string) => (list.includes(name) ? 'accepted; no effect' : undefined);
  return [
    part('Client View: functions', c.functions, (name) => (name.startsWith('i18n.') ? has(i18n)(name.slice(5)) : has(client)(name)), { ...unsupportedFunctions, ...ignoredFunctions, generateSDKSignature: 'signing' }, given(['setZoomJSLib'])),
    part('Client View: events', c.events, oneOf(clientEvents), clientSilent),
    part('Client View: options of `init`', c.initOptions, oneOf(clientObeyed, clientGiven), ignoredInitOptions, given(clientGiven)),
    part('Client View: options of `join`', c.joinOptions, oneOf(clientJoin), ignoredJoinOptions),
    part('Client View: enums', Object.keys(c.enums), (name) => declared('client', name)),
    part('Client View: types', c.types, (name) => declared('client', name)),
    part('Component View: factory', e.factory, has(factory)),
    part('Component View: methods', e.methods, has(component), { ...unsupportedMethods, ...emptyGetters }),
    part('Component View: events', e.events, oneOf(componentEvents), componentSilent),
    part('Component View: options of `init`', e.initOptions, oneOf(componentObeyed, componentGiven), {}, given(componentGiven)),
    part('Component View: `customize`', e.customize, oneOf(supportedCustomize), ignoredCustomize),
    part('Component View: options of `join`', e.joinOptions, oneOf(componentJoin), { recordingToken: 'recordingToken' }),
    part('Component View: enums', Object.keys(e.enums), (name) => declared('component', name)),
    part('Component View: types', e.types, (name) => declared('component', name)),
  ];
}

/** The page of the documents. */
export function supportTable(parts: readonly Part[]): string {
  const rows = parts.flatMap((p) => p.rows);
  const refused = rows.filter(({ standing }) => standing !== 'missing' && !standing.works).length;
  const missing = rows.filter(({ standing }) => standing === 'missing').length;
  const lines = [
    '# What is supported',
    '',
    'Generated from the code by the tests in `web/meetingsdk` (`npm test -- -u` regenerates it).',
    'Unsupported functions reject, or call `error`, with the reason listed here. Getters that',
    'return at once return empty values, and functions that only show or hide a control log',
    'a warning. Events and options of unsupported features are accepted but have no effect.',
    'For differences in supported features, see [what is not supported](../not-supported.md).',
    '',
    '| Supported | Not supported | Missing |',
    '|---|---|---|',
    `| ${rows.length - refused - missing} | ${refused} | ${missing} |`,
  ];
  for (const { title, rows: own } of parts) {
    lines.push('', `## ${title}`, '', '| Name | Supported |', '|---|---|');
    for (const { name, standing } of own) {
      const cell = standing === 'missing' ? '**missing**' : standing.works ? `yes${standing.note ? ` (${standing.note})` : ''}` : `no: ${standing.reason}`;
      lines.push(`| \`${name}\` | ${cell} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
