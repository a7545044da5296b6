import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { log } from '../core/log';
import { asRecord } from '../core/wire';
import type { Callbacks } from './callbacks';
import { successResponse, invokeCallback } from './callbacks';

/** Up to which version pages signed by themselves. */
const lastSigner = [3, 12, 0];
/** How long such a signature holds, in seconds. */
const lifetime = 7_200;

/** The version in the address of a script of the CDN's layout; null where none was found. */
export function scriptVersion(scriptUrl: string | null | undefined): number[] | null {
  const match = /\/zoom-meeting-(\d+)\.(\d+)\.(\d+)\.min\.js/.exec(scriptUrl ?? '');
  return match ? match.slice(1, 4).map(Number) : null;
}

/** Whether a script came by the address of a version that still signed in the page. */
export function signsInPage(scriptUrl: string | null | undefined): boolean {
  const version = scriptVersion(scriptUrl);
  if (!version) return false;
  const differs = version.findIndex((part, i) => part !== lastSigner[i]);
  return differs >= 0 && (version[differs] ?? 0) < (lastSigner[differs] ?? 0);
}

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const utf8 = new TextEncoder();
const toText = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/**
 * Signs in the page as early versions did: returns a JWT at once, and calls `success`
 * with it. Everybody who opens the page can read the secret; a warning is logged.
 */
export function signInPage(method: string, args: (Record<string, unknown> & Callbacks) | undefined): string {
  const { meetingNumber, role, sdkKey, sdkSecret, apiKey, apiSecret } = asRecord(args) ?? {};
  const key = toText(sdkKey) || toText(apiKey);
  const secret = toText(sdkSecret) || toText(apiSecret);
  log.warnOnce(`${method} exposes the secret to everyone who opens this page: sign on your own server instead`);
  const now = Math.floor(Date.now() / 1000) - 30;
  const claims = { appKey: key, sdkKey: key, mn: toText(meetingNumber).replace(/\D/g, ''), role: Number(role ?? 0), iat: now, exp: now + lifetime, tokenExp: now + lifetime };
  const body = `${encode(utf8.encode('{"alg":"HS256","typ":"JWT"}'))}.${encode(utf8.encode(JSON.stringify(claims)))}`;
  const token = `${body}.${encode(hmac(sha256, utf8.encode(secret), utf8.encode(body)))}`;
  invokeCallback(args?.success, successResponse(method, token));
  return token;
}
