/** Reads arguments of the public functions, which come from untyped pages. */

import { CallError } from './errors';

/** Reads a user id: a positive whole number, or its decimal text. */
export function requireUserId(value: unknown, option = 'userId'): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return number;
  throw new CallError('INVALID_PARAMETERS', `${option} is not a user id`);
}

/** Reads a text that must not be empty. */
export function requireText(value: unknown, option: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new CallError('INVALID_PARAMETERS', `${option} is missing or empty`);
}

/** Reads a switch. */
export function requireBoolean(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new CallError('INVALID_PARAMETERS', `${option} is not true or false`);
}
