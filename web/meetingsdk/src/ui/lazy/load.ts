import { createStore } from '../state/store';
import type * as parts from './parts';

/** The parts that a page loads once it is inside; null until then. */
export type LazyParts = typeof parts;

/** What is loaded, for all views of the page. */
export const lazyParts = createStore<{ parts: LazyParts | null }>({ parts: null });

/** How long loading may take, in milliseconds, before it counts as failed. */
const patience = 10_000;

let loading: Promise<void> | null = null;

/** Loads the parts once; after a failure the next call tries again. */
export function loadLazyParts(): Promise<void> {
  loading ??= new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no response in time')), patience);
    import('./parts')
      .then((parts) => lazyParts.set({ parts }))
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  }).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}
