/** A value with listeners; the smallest thing `useSyncExternalStore` needs. */
export interface Store<T> {
  get(): T;
  /** Merges the change; listeners run only if something really changed. */
  set(change: Partial<T>): void;
  subscribe: (listener: () => void) => () => void;
}

/** Makes a store of an immutable value. */
export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const keys = Object.keys(change) as (keyof T)[];
      if (keys.every((key) => Object.is(value[key], change[key]))) return;
      value = { ...value, ...change };
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
