import type { JoinOptions } from './wire';
import { fieldsOf } from './wire';

/**
 * What a join claims to be, so far as the page can read it: the server decides
 * what it gives. A fresh signature of the same app and role is the same; one that
 * cannot be read tells nothing.
 */
export function credentialsOf(options: JoinOptions): string {
  const { role, app } = claimsOf(options.signature);
  const { userName, userEmail, customerKey, tk, zak, obfToken } = options;
  return JSON.stringify([role, app, ...[userName, userEmail, customerKey, tk, zak, obfToken].map(text)]);
}

/** The role and the app of a signature, as texts. */
export function claimsOf(signature: unknown): { role: string; app: string } {
  const { role, appKey, sdkKey } = payloadOf(signature);
  return { role: text(role), app: text(appKey ?? sdkKey) };
}

function payloadOf(signature: unknown): Record<string, unknown> {
  try {
    const body = String(signature).split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
    return fieldsOf(JSON.parse(atob(body))) ?? {};
  } catch {
    return {};
  }
}

/** Numbers count as their texts, as the server reads them. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
