import type { Surroundings } from '../core/assemble';
import { spokenVersion } from '../core/meeting';
import type { EmbeddedClient } from './client';
import { createEmbeddedClient } from './client';

/** Makes the `ZoomMtgEmbedded` object of a page. */
export function createEmbedded(surroundings: Surroundings) {
  let current: ReturnType<typeof createEmbeddedClient> | null = null;
  return {
    VERSION: spokenVersion,
    /** The client of this page; every call gives the same one until `destroyClient`. */
    createClient(): EmbeddedClient {
      current ??= createEmbeddedClient(surroundings);
      return current.client;
    },
    /** Leaves, unmounts and forgets the client; harmless when none was found. */
    destroyClient(): void {
      current?.destroy();
      current = null;
    },
  };
}
