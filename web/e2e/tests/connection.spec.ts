import { interruptionsOf, sendMessages, measureInterruptions } from '../interruptions.ts';
import { withRelay } from '../with-relay.ts';
import { expect, test as base, views } from '../fixtures.ts';
import { expectConnected, expectReconnecting } from '../refusals.ts';
import { Server } from '../server.ts';

const demo = 'Demo meeting';

const test = withRelay();

for (const view of views) {
  test(`4000 in ${view} view: state, roster and chat come back without loss or duplicates`, async ({ world, people, relay }) => {
    test.slow();
    const [grace, ada, linus] = await Promise.all([people.open(view, { server: relay.url }), people.open('component'), people.open('client')]);
    await ada.enter(await world.hostOptions(demo));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await grace.startCamera();
    await ada.startCamera();
    await grace.expectMovingVideo(await ada.userId());
    await ada.expectMovingVideo(await grace.userId());
    expect(relay.mediaSenders).toBeGreaterThan(0);
    await ada.sendChat('before');
    await expect.poll(() => grace.chat()).toEqual(['before']);
    const [graceId, joined] = [await grace.userId(), (await grace.roster()).length];

    relay.cut();
    await expectReconnecting(grace);
    // The others stay, and see that one connection is lost.
    await expect.poll(async () => (await ada.people('user-updated')).some((p) => p['userId'] === graceId && p['isInFailover'] === true)).toBe(true);
    const refused = await grace.callOnce('lockMeeting', view === 'client' ? { lockMeeting: true } : true);
    expect(refused.rejected ?? refused.error).toMatchObject({ type: 'IMPROPER_MEETING_STATE', errorCode: 1 });
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    for (const text of ['one', 'two', 'three']) await ada.sendChat(text);
    await ada.call('rename', 'Ada the host', await ada.userId());
    expect(await grace.chat()).toEqual(['before']);

    relay.restore();
    await expectConnected(grace, 45_000);
    await expect.poll(() => grace.chat()).toEqual(['before', 'one', 'two', 'three']);
    await expect.poll(() => grace.names()).toEqual(['Ada the host', 'Grace', 'Linus']);
    expect(await grace.userId()).toBe(graceId);
    expect(joined).toBe(2);
    const added = await grace.people(view === 'client' ? 'onUserJoin' : 'user-added');
    expect(added.filter((p) => p['userName'] === 'Linus')).toHaveLength(1);
    // Nobody received an event that Grace joined or left.
    expect((await ada.people('user-removed')).filter((p) => p['userId'] === graceId)).toEqual([]);
    expect((await ada.people('user-added')).filter((p) => p['userId'] === graceId)).toHaveLength(1);
    await grace.expectMovingVideo(await ada.userId());
    await ada.expectMovingVideo(graceId);
    await grace.sendChat('and back');
    await expect.poll(() => ada.chat()).toContain('and back');
  });
}

for (const how of ['kill', 'terminate'] as const) base(`${how === 'kill' ? 'kill -9 of the server' : 'a restart of the server'}: everybody comes back to the same places`, async ({ people, world, server }) => {
  base.setTimeout(120_000);
  const [grace, linus] = await Promise.all([people.open('component', { before: measureInterruptions }), people.open('client', { before: measureInterruptions })]);
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await linus.enter(await world.joinOptions(demo, 'Linus'));
  await grace.startCamera();
  await linus.startCamera();
  const ids = { grace: await grace.userId(), linus: await linus.userId() };
  await grace.expectMovingVideo(ids.linus);
  await linus.expectMovingVideo(ids.grace);
  await grace.sendChat('before');
  await expect.poll(() => linus.chat()).toEqual(['before']);
  const talks = [sendMessages(grace, 'Grace'), sendMessages(linus, 'Linus')];

  const { address } = server;
  const folder = await server[how]();
  await Promise.all([grace, linus].map(expectReconnecting));
  const again = await Server.start({ folder, listen: address });
  try {
    await Promise.all([grace, linus].map((p) => expectConnected(p, 45_000)));
    expect(await grace.userId()).toBe(ids.grace);
    expect(await linus.userId()).toBe(ids.linus);
    await linus.sendChat('after');
    const sent = ['before', 'after', ...(await Promise.all(talks.map((stop) => stop()))).flat()].sort();
    for (const person of [grace, linus]) {
      // A command without a response from a killed server may have run, so it may run twice.
      const chat = async (): Promise<string[]> => (how === 'kill' ? [...new Set(await person.chat())] : await person.chat()).sort();
      await expect.poll(chat, { message: 'every message is there' }).toEqual(sent);
      expect((await person.states()).filter((state) => state === 'Fail' || state === 'Closed' || state === 3)).toEqual([]);
    }
    await grace.expectMovingVideo(ids.linus);
    await linus.expectMovingVideo(ids.grace);
    for (const person of [grace, linus]) base.info().annotations.push({ type: 'breaks in ms', description: JSON.stringify(await interruptionsOf(person)) });
  } finally {
    await again.stop();
  }
});
