import { log } from './log';

/** Where the page is: what an app's addresses are resolved against. */
export interface Place {
  /** The page's address; `about:blank` and the like have none to resolve against. */
  href: string;
  origin: string;
}

/** The place of the page that runs; a frame without an address of its own has its parent's. */
export function pagePlace(): Place {
  const { location, document } = globalThis;
  const href = /^https?:/i.test(location?.href ?? '') ? location.href : (document?.baseURI ?? '');
  return { href, origin: originOf(href) };
}

/** What a name without dots and slashes, or a file of this kind, means: a page beside this one, not a host. */
const file = /^[^/?#]*\.(html?|php|aspx?|jsp)([/?#]|$)/i;
const host = /^([\w-]+\.)+[a-z][\w-]*\.?(:\d+)?([/?#]|$)|^(\d+\.){3}\d+(:\d+)?([/?#]|$)|^localhost([:/?#]|$)|^[\w.-]+:\d+([/?#]|$)|^\[[\da-f:]+\]/i;

/**
 * Reads an address that an app gave for one of its pages: a path, `./x.html`,
 * `?left=1` and `#/done` belong to the page; a bare host gets https; a whole
 * address stays as it is. null for what is no page of the web, such as
 * `javascript:`, `ftp://h`, `https://` and numbers.
 */
export function pageUrl(given: unknown, place: Place): string | null {
  const text = textOf(given);
  if (text === null || text === '') return null;
  if (text === 'about:blank') return text;
  if (/^[/\\]{2}/.test(text)) return whole(`https:${text}`);
  if (/^[/\\]/.test(text)) return resolved(text, place.origin || place.href);
  if (/^https?:/i.test(text)) return /^https?:\/\/[^/?#\\]/i.test(text) ? whole(text) : null;
  if (host.test(text) && !file.test(text)) return whole(`https://${text}`);
  // Any other scheme could run code of whoever chose the address.
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || /^\d+$/.test(text)) return null;
  return resolved(text, place.href);
}

/**
 * The same for an option of an app: what is no address is said once, and is as
 * if it were not there.
 */
export function pageOption(name: string, given: unknown, place: Place, instead: string): string | null {
  if (given == null || given === '') return null;
  const address = pageUrl(given, place);
  if (address === null) log.noteOnce(`${name}: ${shown(given)} is not the address of a page; ${instead}`);
  return address;
}

/** A template such as `https://app.test/j/{0}?pwd={1}`; the places to fill stay. */
export function templateOption(name: string, given: unknown, place: Place, instead: string): string {
  if (given == null || given === '') return '';
  const text = textOf(given) ?? '';
  const address = pageOption(name, text.replaceAll('{0}', 'place-0').replaceAll('{1}', 'place-1') || given, place, instead);
  return address === null ? '' : address.replaceAll('place-0', '{0}').replaceAll('place-1', '{1}');
}

/** Texts, and what stands for an address: a URL, a location, a link. */
function textOf(given: unknown): string | null {
  if (typeof given === 'string') return given.trim();
  const href = typeof given === 'object' && given !== null ? (given as { href?: unknown }).href : null;
  return typeof href === 'string' ? href.trim() : null;
}

/** As it was given, if it can be opened. */
function whole(address: string): string | null {
  const url = parsed(address);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? address : null;
}

function resolved(address: string, base: string): string | null {
  const url = parsed(address, base);
  return url && /^(https?|file):$/.test(url.protocol) ? url.href : null;
}

function parsed(address: string, base?: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

function originOf(href: string): string {
  const origin = parsed(href)?.origin ?? '';
  return origin === 'null' ? '' : origin;
}

function shown(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given.slice(0, 80)) : typeof given === 'number' ? String(given) : `a value of the type ${typeof given}`;
}
