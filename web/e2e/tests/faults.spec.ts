import { expect, test, views } from '../fixtures.ts';
import { expectConnected, expectReconnecting } from '../refusals.ts';

const demo = 'Demo meeting';

/** Injects a fault and answers how to end it. */
async function inject(url: string, fault: Record<string, unknown>): Promise<() => Promise<void>> {
  const answer = await fetch(`${url}/dev/v1/faults`, { method: 'POST', body: JSON.stringify(fault) });
  expect(answer.status, await answer.clone().text()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  return async () => {
    expect((await fetch(`${url}/dev/v1/faults/${id}`, { method: 'DELETE' })).status).toBe(204);
  };
}

for (const view of views) {
  test(`one participant's packets are lost in ${view} view: 4000, and all is well again`, async ({ server, world, people }) => {
    test.slow();
    const [grace, ada, linus] = await Promise.all([people.open(view), people.open('component'), people.open('component')]);
    const everybody = [grace, ada, linus];
    await ada.enter(await world.joining(demo, 'Ada'));
    await grace.enter(await world.joining(demo, 'Grace'));
    await linus.enter(await world.joining(demo, 'Linus'));
    for (const one of everybody) await one.startCamera();
    const ids = { grace: await grace.userId(), ada: await ada.userId() };
    await grace.seesMoving(ids.ada);
    await ada.seesMoving(ids.grace);
    const meetingNumber = world.meeting(demo).number;
    const restore = await inject(server.url, { point: 'packets', kind: 'drop', meetingNumber, userId: ids.grace });
    // Browsers take their time to give up silent media, up to half a minute.
    await expect.poll(async () => (await grace.states()).at(-1), { timeout: 45_000 }).toBe(view === 'component' ? 'Reconnecting' : 4);
    await expectReconnecting(grace);
    await linus.seesMoving(ids.ada);
    expect((await linus.states()).at(-1)).toBe('Connected');
    await restore();
    await expectConnected(grace, 45_000);
    await grace.seesMoving(ids.ada);
    await ada.seesMoving(ids.grace);
  });
}
