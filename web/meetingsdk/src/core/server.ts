import { log } from './log';

/** Where the server's address may come from; the first that is usable counts. */
export interface ServerHints {
  /** `webEndpoint` of init. */
  webEndpoint?: unknown;
  /** Address of the script that runs, for the bundles a server hands out. */
  scriptUrl?: string | null;
  /** The address a server wrote into the package. */
  builtIn?: string;
  /** The page's own origin, the last resort. */
  pageOrigin: string;
}

const vendorHosts = ['zoom.us', 'zoom.com', 'zoomgov.com', 'zoomus.cn', 'zoom.com.cn', 'zoomdev.us', 'dmogdx0jrul3u.cloudfront.net'];

/** Whether a host belongs to the vendor of the contract; an app that names one means its own server. */
export function isVendorHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return vendorHosts.some((vendor) => name === vendor || name.endsWith(`.${vendor}`));
}

/** Reads an address that may lack a scheme, as `webEndpoint` usually does. */
export function parseAddress(value: unknown): URL | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const raw = value.trim();
  const absolute = /^https?:\/\//i.test(raw) ? raw : /^[a-z][a-z0-9+.-]*:\/\//i.test(raw) ? null : `${schemeFor(raw)}://${raw.replace(/^\/\//, '')}`;
  if (!absolute) return null;
  try {
    return new URL(absolute);
  } catch {
    return null;
  }
}

function schemeFor(host: string): 'http' | 'https' {
  return /^(\/\/)?(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/i.test(host) ? 'http' : 'https';
}

/** Ignores an address of the vendor's with one note on the console. */
export function isIgnoredVendorAddress(option: string, value: unknown): boolean {
  const url = parseAddress(value);
  if (!url || !isVendorHost(url.hostname)) return false;
  log.warnOnce(`${option} names another vendor’s host (${url.hostname}) and is ignored: this SDK connects to your own server.`);
  return true;
}

/**
 * Chooses the server: an endpoint the app names, else the origin of the
 * script, else the address built into the package, else the page's origin.
 * A script that runs came from a server of ours, whatever name that server has
 * in this browser: a host of the vendor's may be resolved to it. The result has
 * no trailing slash.
 */
export function chooseServer(hints: ServerHints): string {
  if (!isIgnoredVendorAddress('webEndpoint', hints.webEndpoint)) {
    const named = parseAddress(hints.webEndpoint);
    if (named) return baseURL(named);
  }
  const script = parseAddress(hints.scriptUrl);
  if (script) return script.origin;
  const builtIn = parseAddress(hints.builtIn);
  return builtIn ? baseURL(builtIn) : hints.pageOrigin;
}

function baseURL(url: URL): string {
  return url.origin + url.pathname.replace(/\/+$/, '');
}
