import { expect, test, views } from '../fixtures.ts';
import { expectEnded, expectRefusal, type Refusal } from '../refusals.ts';

const demo = 'Demo meeting';
const ended: Refusal = { code: 4004, name: 'MEETING_ENDED', message: 'The meeting has been ended', cause: 'ended_by_host' };
const notStarted: Refusal = { code: 3008, name: 'MEETING_NOT_START', message: 'Meeting has not started', cause: 'host_not_here' };
const removed: Refusal = { code: 3009, name: 'BE_REMOVED', message: 'Be removed.', cause: 'removed_by_host' };
const locked: Refusal = { code: 4006, name: 'MEETING_LOCKED', message: 'The meeting has been locked', cause: 'locked' };
const twice: Refusal = { code: 4008, name: 'PARTICIPANT_EXIST', message: 'Participant exist', cause: 'already_inside' };

/** What becomes of a code later on: who stays out, and who gets in after all. Others are real pages. */
for (const view of views) {
  const other = view === 'client' ? 'component' : 'client';
  test.describe(`${view} view`, () => {
    test('4004: the host ends the meeting for everybody, themselves included, and for those who come later', async ({ world, people }) => {
      const [guest, host, late] = await Promise.all([people.open(view), people.open(other), people.open(view)]);
      await host.enter(await world.hostOptions(demo));
      await guest.enter(await world.joinOptions(demo, 'Grace'));
      await host.endMeeting();
      await expectEnded(guest, ended);
      if (other === 'client') await host.page.waitForURL('**/left');
      else await expectEnded(host, ended);
      // It may run again at any time, with its host.
      await late.init({ isShowJoiningErrorDialog: false });
      await expectRefusal(late, await late.join(await world.joinOptions(demo, 'Linus')), { ...notStarted, result: expect.objectContaining({ topic: demo }) });
    });

    test('3009: whoever was removed stays out', async ({ world, people }) => {
      const [guest, host] = await Promise.all([people.open(view), people.open(other)]);
      await host.enter(await world.hostOptions(demo));
      await guest.enter(await world.joinOptions(demo, 'Grace'));
      await host.command('expel', 'userId', await guest.userId());
      await expectEnded(guest, removed);
      await expect.poll(() => host.names()).toEqual(['Ada Park']);
      const again = await people.openBeside(guest, view);
      await again.init();
      await expectRefusal(again, await again.join(await world.joinOptions(demo, 'Grace')), removed);
    });
  });
}

test('4006: locked out until the host unlocks', async ({ world, people }) => {
  const [host, late] = await Promise.all([people.open('client'), people.open('component')]);
  await host.enter(await world.hostOptions(demo));
  expect(await host.command('lockMeeting', 'lockMeeting', true)).toHaveProperty('success');
  await late.init();
  const options = await world.joinOptions(demo, 'Grace');
  await expectRefusal(late, await late.join(options), locked);
  await host.command('lockMeeting', 'lockMeeting', false);
  await late.mustJoin(options);
});

test('4008: the same registrant may come once the other page has left', async ({ world, people }) => {
  const topic = 'Registration required';
  const options = { ...(await world.joinOptions(topic, 'Mia')), tk: await world.tk(world.meeting(topic).number, 'mia@school.example', 'Mia') };
  const [first, second] = await Promise.all([people.open('component'), people.open('client')]);
  await first.enter(options);
  await second.init();
  await expectRefusal(second, await second.join(options), twice);
  await first.leave();
  await second.mustJoin(options);
});
