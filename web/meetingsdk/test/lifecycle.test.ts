import { beforeEach, describe, expect, it } from 'vitest';
import { createEmbedded } from '../src/component-view/factory';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, refusal } from './support/fake-server';

let server: FakeServer;
let embedded: ReturnType<typeof createEmbedded>;
let zoomAppRoot: HTMLElement;

beforeEach(() => {
  server = new FakeServer();
  embedded = createEmbedded(server.surroundings());
  zoomAppRoot = document.createElement('div');
  document.body.replaceChildren(zoomAppRoot);
});

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.then((value) => ({ resolved: value }), (error: unknown) => ({ rejected: error }));

describe('a client that is destroyed while it joins', () => {
  it('draws nothing any more, however the join ends', async () => {
    let answer = (): void => undefined;
    const refused = refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_absent');
    server.replies = [(request) => new Promise((resolve) => (answer = () => resolve(refused(request))))];
    const client = embedded.createClient();
    await client.init({ zoomAppRoot });
    const joining = outcome(client.join(joinArgs));
    await settle();
    embedded.destroyClient();
    answer();
    await joining;
    await settle();
    expect(server.mounts.filter((view) => view.mounted)).toEqual([]);
  });
});
