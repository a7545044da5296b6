import type { Environment } from '../core/create-meeting';
import { contractVersion } from '../core/meeting';
import type { EmbeddedClient } from './client';
import { createEmbeddedClient } from './client';

/** Makes the `ZoomMtgEmbedded` object of a page. */
export function createEmbedded(environment: Environment) {
  let current: ReturnType<typeof createEmbeddedClient> | null = null;
  return {
    VERSION: contractVersion,
    /** The client of this page; every call gives the same one until `destroyClient`. */
    createClient(): EmbeddedClient {
      current ??= createEmbeddedClient(environment);
      return current.client;
    },
    /** Leaves, unmounts and forgets the client; harmless when none was found. */
    destroyClient(): void {
      current?.destroy();
      current = null;
    },
  };
}
