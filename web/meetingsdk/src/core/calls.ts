/**
 * Ways of the public functions that both views share: reading arguments that
 * come from untyped pages, and telling of functions that are not there.
 */

import { CallError } from './errors';
import { log } from './log';

/** Reads a user id: a positive whole number, or its decimal text. */
export function userIdOf(value: unknown, option = 'userId'): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return number;
  throw new CallError('INVALID_PARAMETERS', `${option} is not a user id`);
}

/** Reads a text that must not be empty. */
export function textOf(value: unknown, option: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new CallError('INVALID_PARAMETERS', `${option} is missing or empty`);
}

/** Reads a switch. */
export function flagOf(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new CallError('INVALID_PARAMETERS', `${option} is not true or false`);
}

/** The refusal of a function of the contract that this SDK does not have. */
export function notSupported(method: string): CallError {
  const sentence = `${method} is not supported by this SDK`;
  log.info(sentence);
  return new CallError('INVALID_OPERATION', sentence);
}
