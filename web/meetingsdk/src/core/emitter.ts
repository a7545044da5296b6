import { log } from './log';

/** Typed events. An error in a listener is logged and does not affect other listeners. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void {
    let set = this.listeners.get(event);
    if (!set) this.listeners.set(event, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }

  emit<K extends keyof Events>(event: K, payload: Events[K]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      callSafely(() => (listener as (payload: Events[K]) => void)(payload));
    }
  }
}

/** Runs code of the host page; what it throws goes to the console, not into the SDK. */
export function callSafely(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    log.error('an event listener of the page threw an error', error);
  }
}
