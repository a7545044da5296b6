import { beforeEach, expect, it } from 'vitest';
import { createEmbedded } from '../src/component-view/factory';
import { FakeServer, joinArgs, person } from './support/fake-server';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.participants = [person(1, { role: 'host', audioOn: true, muted: false }), person(2), person(3, { audioOn: true, muted: false })];
});

it('nobody who has vanished speaks: not any longer, and not again while sound is still on its way', async () => {
  const client = createEmbedded(server.environment()).createClient();
  await client.init({ zoomAppRoot: document.body });
  await client.join(joinArgs);
  const speakers = (): readonly number[] | undefined => server.models.at(-1)?.getState().activeSpeakers;
  const speak = (): void => server.engine.handlers.speaking(['seat-1', 'seat-3']);
  speak();
  expect(speakers()).toEqual([1, 3]);
  // The control connection alone is no silence.
  server.publish('participant.updated', { userId: 1, state: 'reconnecting', mediaLost: false });
  expect(speakers()).toEqual([1, 3]);
  server.publish('participant.updated', { userId: 1, state: 'reconnecting', mediaLost: true });
  expect(speakers()).toEqual([3]);
  speak();
  expect(speakers()).toEqual([3]);
  server.publish('participant.updated', { userId: 1, state: 'joined', mediaLost: false });
  speak();
  expect(speakers()).toEqual([1, 3]);
});
