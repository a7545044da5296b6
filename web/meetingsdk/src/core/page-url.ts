import { log } from './log';

/** Where the page is: what an app's addresses are resolved against. */
export interface PageLocation {
  /** The page's address; `about:blank` and the like have none to resolve against. */
  href: string;
  origin: string;
}

/** The place of the page that runs; a frame without an address of its own has its parent's. */
export function pageLocation(): PageLocation {
  const { location, document } = globalThis;
  const href = /^https?:/i.test(location?.href ?? '') ? location.href : (document?.baseURI ?? '');
  return { href, origin: originOf(href) };
}

/** What a name without dots and slashes, or a file of this kind, means: a page beside this one, not a host. */
const filePattern = /^[^/?#]*\.(html?|php|aspx?|jsp)([/?#]|$)/i;
const hostPattern = /^([\w-]+\.)+[a-z][\w-]*\.?(:\d+)?([/?#]|$)|^(\d+\.){3}\d+(:\d+)?([/?#]|$)|^localhost([:/?#]|$)|^[\w.-]+:\d+([/?#]|$)|^\[[\da-f:]+\]/i;

/**
 * Reads an address that an app gave for one of its pages: a path, `./x.html`,
 * `?left=1` and `#/done` belong to the page; a bare host gets https; a whole
 * address stays as it is. null for what is no page of the web, such as
 * `javascript:`, `ftp://h`, `https://` and numbers.
 */
export function pageUrl(value: unknown, location: PageLocation): string | null {
  const text = toText(value);
  if (text === null || text === '') return null;
  if (text === 'about:blank') return text;
  if (/^[/\\]{2}/.test(text)) return absoluteURL(`https:${text}`);
  if (/^[/\\]/.test(text)) return resolveURL(text, location.origin || location.href);
  if (/^https?:/i.test(text)) return /^https?:\/\/[^/?#\\]/i.test(text) ? absoluteURL(text) : null;
  if (hostPattern.test(text) && !filePattern.test(text)) return absoluteURL(`https://${text}`);
  // Any other scheme could run code of whoever chose the address.
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || /^\d+$/.test(text)) return null;
  return resolveURL(text, location.href);
}

/**
 * The same for an option of an app: an invalid address causes one warning and is
 * ignored.
 */
export function pageOption(name: string, value: unknown, location: PageLocation, consequence: string): string | null {
  if (value == null || value === '') return null;
  const address = pageUrl(value, location);
  if (address === null) log.warnOnce(`${name}: ${describe(value)} is not the address of a page; ${consequence}`);
  return address;
}

/** A template such as `https://app.test/j/{0}?pwd={1}`; the places to fill stay. */
export function templateOption(name: string, value: unknown, location: PageLocation, consequence: string): string {
  if (value == null || value === '') return '';
  const text = toText(value) ?? '';
  const address = pageOption(name, text.replaceAll('{0}', 'place-0').replaceAll('{1}', 'place-1') || value, location, consequence);
  return address === null ? '' : address.replaceAll('place-0', '{0}').replaceAll('place-1', '{1}');
}

/** Accepts strings, and objects with an `href`: a URL, a location, a link. */
function toText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  const href = typeof value === 'object' && value !== null ? (value as { href?: unknown }).href : null;
  return typeof href === 'string' ? href.trim() : null;
}

/** As it was given, if it can be opened. */
function absoluteURL(address: string): string | null {
  const url = parseURL(address);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? address : null;
}

function resolveURL(address: string, base: string): string | null {
  const url = parseURL(address, base);
  return url && /^(https?|file):$/.test(url.protocol) ? url.href : null;
}

function parseURL(address: string, base?: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

function originOf(href: string): string {
  const origin = parseURL(href)?.origin ?? '';
  return origin === 'null' ? '' : origin;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value === 'number' ? String(value) : `a value of the type ${typeof value}`;
}
