import type { Room } from 'livekit-client';

/**
 * Closes the peer connections of every engine that a room replaces. LiveKit leaves
 * them open if the attempt ended before the server responded.
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
