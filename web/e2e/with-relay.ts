import { test as base } from './fixtures.ts';
import { freeMediaPort, mediaAddress, Relay } from './relay.ts';
import { Server } from './server.ts';

/** Tests with a relay that can really cut the connection: HTTP, control channel and media. `env` is the server's environment. */
export const withRelay = (env: Record<string, string> = {}) =>
  base.extend<{ relay: Relay; mediaPort: number }>({
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    mediaPort: async ({}, use) => {
      await use(await freeMediaPort());
    },
    server: async ({ mediaPort }, use, info) => {
      const server = await Server.start({ mediaPort, mediaAddress, env });
      await use(server);
      if (info.status !== info.expectedStatus) await info.attach('server log', { body: server.logged });
      await server.stop();
    },
    relay: async ({ server, mediaPort }, use) => {
      const relay = await Relay.start(server.address, mediaPort);
      await use(relay);
      await relay.stop();
    },
  });
