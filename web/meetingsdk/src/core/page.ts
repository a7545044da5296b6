/**
 * State shared by all copies of the SDK in a page: the
 * meeting that the page is in or joining.
 */

import type { ViewKind } from './model';

/** A live or starting meeting of this page. */
export interface Occupant {
  readonly meetingNumber: string;
  /** The view that shows it; older copies of the SDK do not set this. */
  readonly view?: ViewKind;
}

export interface PageRegistry {
  occupant: Occupant | null;
  /** Settles when the last participant of this page has left; the next join awaits it. */
  leaving: Promise<void>;
}

const key = Symbol.for('anteroom.page');

/** The registry shared by both views and by every copy of the SDK in the page. */
export function pageRegistry(scope: object = globalThis): PageRegistry {
  const holder = scope as Record<symbol, PageRegistry | undefined>;
  return (holder[key] ??= newPage());
}

/** A registry without a meeting. */
export function newPage(): PageRegistry {
  return { occupant: null, leaving: Promise.resolve() };
}

/** A meeting number without blanks and dashes, as the server compares it. */
export function cleanNumber(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).replace(/[\s-]/g, '') : '';
}
