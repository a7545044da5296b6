import type { JoinOptions } from './wire';
import { asRecord } from './wire';

/**
 * Identifies the credentials of a join as far as the page can read them; the server
 * decides what they grant. Signatures of the same app and role compare as equal, and
 * so do signatures that cannot be decoded.
 */
export function credentialKey(options: JoinOptions): string {
  const { role, app } = signatureClaims(options.signature);
  const { userName, userEmail, customerKey, tk, zak, obfToken } = options;
  return JSON.stringify([role, app, ...[userName, userEmail, customerKey, tk, zak, obfToken].map(toText)]);
}

/** The role and the app of a signature, as texts. */
export function signatureClaims(signature: unknown): { role: string; app: string } {
  const { role, appKey, sdkKey } = decodePayload(signature);
  return { role: toText(role), app: toText(appKey ?? sdkKey) };
}

function decodePayload(signature: unknown): Record<string, unknown> {
  try {
    const body = String(signature).split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
    return asRecord(JSON.parse(atob(body))) ?? {};
  } catch {
    return {};
  }
}

/** Numbers count as their texts, as the server reads them. */
function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
