import { test as base, type Browser, type BrowserContext, type BrowserContextOptions } from '@playwright/test';
import { AppServer, type View } from './app-server.ts';
import { Loadgen } from './loadgen.ts';
import { Person } from './person.ts';
import { Preview } from './preview.ts';
import { Server } from './server.ts';
import { World } from './world.ts';

export { expect } from '@playwright/test';
export type { View } from './app-server.ts';
export const views = ['component', 'client'] as const;

interface OpenOptions extends BrowserContextOptions {
  /** The address that the SDK is loaded from; the test's own server unless given. */
  server?: string;
  /** Another page than the view's usual one. */
  address?: string;
  /** Runs before the page is opened. */
  before?: (context: BrowserContext) => Promise<unknown>;
}

/** Opens browsers for people and closes them at the end. */
export class People {
  private readonly contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly app: AppServer,
    private readonly server: string,
  ) {}

  async open(view: View, { server, address, before, ...options }: OpenOptions = {}): Promise<Person> {
    const context = await this.browser.newContext(options);
    this.contexts.push(context);
    await before?.(context);
    const page = await context.newPage();
    await page.goto(address ?? this.app.address(view, server ?? this.server));
    return new Person(view, context, page);
  }

  /** Another person in a browser that is open already. */
  async openBeside(other: Person, view: View): Promise<Person> {
    const page = await other.context.newPage();
    await page.goto(this.app.address(view, this.server));
    return new Person(view, other.context, page);
  }

  async close(): Promise<void> {
    await Promise.all(this.contexts.map((c) => c.close()));
  }
}

interface Fixtures {
  /** Whether the tests of a file share a server; only for those that leave nothing behind in it. */
  sharedServer: boolean;
  /** A server of this test's own, or one shared. */
  server: Server;
  world: World;
  people: People;
  /** Brings synthetic participants into the server's demo meeting until the test ends. */
  loadgen: (options: Parameters<typeof Loadgen.start>[1]) => Promise<Loadgen>;
}

interface WorkerFixtures {
  app: AppServer;
  /** The views without a server; built when first asked for. */
  preview: Preview;
  /** Starts the shared server when it is first asked for. */
  shared: () => Promise<Server>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  app: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const app = await AppServer.start();
      await use(app);
      await app.stop();
    },
    { scope: 'worker' },
  ],
  preview: [
    async ({ app }, use) => {
      const preview = await Preview.serve(app);
      await use(preview);
      await preview.stop();
    },
    { scope: 'worker' },
  ],
  shared: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      let server: Promise<Server> | undefined;
      await use(() => (server ??= Server.start()));
      await (await server)?.stop();
    },
    { scope: 'worker' },
  ],
  sharedServer: [false, { option: true }],
  server: async ({ sharedServer, shared }, use, info) => {
    if (sharedServer) return use(await shared());
    const server = await Server.start();
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server log', { body: server.logged });
    await server.stop();
  },
  world: async ({ server }, use) => {
    await use(await World.of(server.url));
  },
  people: async ({ browser, app, server }, use) => {
    const people = new People(browser, app, server.url);
    await use(people);
    await people.close();
  },
  loadgen: async ({ server }, use) => {
    const started: Loadgen[] = [];
    await use(async (options) => {
      const loadgen = await Loadgen.start(server.url, options);
      started.push(loadgen);
      return loadgen;
    });
    await Promise.all(started.map((loadgen) => loadgen.stop()));
  },
});
