import type { Room } from 'livekit-client';

/**
 * Closes the peer connections of every engine that a room replaces. LiveKit leaves
 * those open whose attempt ended before the server had answered.
 */
export function closeDroppedEngines(room: Room): void {
  let { engine } = room;
  Object.defineProperty(room, 'engine', {
    configurable: true,
    enumerable: true,
    get: () => engine,
    set: (next: Room['engine']) => {
      const before = engine as Room['engine'] | undefined;
      engine = next;
      if (before !== next) before?.cleanupPeerConnections().catch(() => undefined);
    },
  });
}
