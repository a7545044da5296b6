import { expect, test, views } from '../fixtures.ts';
import { expectOver, expectRefusal, type Refusal } from '../refusals.ts';

const demo = 'Demo meeting';
const ended: Refusal = { code: 4004, name: 'MEETING_ENDED', message: 'The meeting has been ended', cause: 'ended_by_host' };
const removed: Refusal = { code: 3009, name: 'BE_REMOVED', message: 'Be removed.', cause: 'removed_by_host' };
const otherMeeting = { code: 3005, name: 'ANOTHER_MEETING_RUNNING', message: 'Already has other meetings in progress.' };

/** The codes that need other people, who are real pages here. */
for (const view of views) {
  const other = view === 'client' ? 'component' : 'client';
  test.describe(`${view} view`, () => {
    test('4004: the host ends the meeting for all', async ({ world, people }) => {
      const [guest, host, late] = await Promise.all([people.open(view), people.open(other), people.open(view)]);
      await host.enter(await world.hosting(demo));
      await guest.enter(await world.joining(demo, 'Grace'));
      await host.page.evaluate((v) => {
        const { app } = window as unknown as { app: { call(method: string, args?: object): Promise<unknown> } };
        void (v === 'client' ? app.call('endMeeting', {}) : app.call('endMeeting'));
      }, host.view);
      await expectOver(guest, ended);
      await expectOver(host, ended);
      if (view === 'client') expect((await guest.told('onUserLeave')).at(-1)).toMatchObject({ reasonCode: 1 });
      await late.init();
      await expectRefusal(late, await late.join(await world.joining(demo, 'Linus')), ended);
    });

    test('3009: removed, and stays out', async ({ world, people }) => {
      const [guest, host] = await Promise.all([people.open(view), people.open(other)]);
      await host.enter(await world.hosting(demo));
      await guest.enter(await world.joining(demo, 'Grace'));
      await host.command('expel', 'userId', await guest.userId());
      await expectOver(guest, removed);
      await expect.poll(() => host.names()).toEqual(['Ada Park']);
      if (view === 'client') expect((await guest.told('onUserLeave')).at(-1)).toMatchObject({ reasonCode: 6 });
      const again = await people.beside(guest, view);
      await again.init();
      await expectRefusal(again, await again.join(await world.joining(demo, 'Grace')), removed);
    });

    test('4005: the room is full', async ({ world, people }) => {
      const [one, two, three] = await Promise.all([people.open('component'), people.open('client'), people.open(view)]);
      await one.enter(await world.joining('Room for two', 'One'));
      await two.enter(await world.joining('Room for two', 'Two'));
      await three.init();
      const full = { code: 4005, name: 'MEETING_CAPACITY_REACHED', message: 'Meeting capacity has been reached', cause: 'full' };
      await expectRefusal(three, await three.join(await world.joining('Room for two', 'Three')), full);
    });

    test('4006: the host has locked the meeting', async ({ world, people }) => {
      const [host, late] = await Promise.all([people.open(other), people.open(view)]);
      await host.enter(await world.hosting(demo));
      expect(await host.command('lockMeeting', 'lockMeeting', true)).toHaveProperty(other === 'client' ? 'success' : 'resolved');
      await late.init();
      const options = await world.joining(demo, 'Grace');
      await expectRefusal(late, await late.join(options), { code: 4006, name: 'MEETING_LOCKED', message: 'The meeting has been locked', cause: 'locked' });
      await host.command('lockMeeting', 'lockMeeting', false);
      await late.page.reload();
      await late.enter(options);
    });

    test('4008: the same person from another page', async ({ world, people }) => {
      const zak = await world.zak('mia@acme.example');
      const options = { ...(await world.joining(demo, 'Mia')), zak };
      const [first, second] = await Promise.all([people.open(other), people.open(view)]);
      await first.enter(options);
      await second.init();
      await expectRefusal(second, await second.join(options), { code: 4008, name: 'PARTICIPANT_EXIST', message: 'Participant exist', cause: 'already_inside' });
      await first.leave();
      await second.page.reload();
      await second.enter(options);
    });

    test('3005: this page is in another meeting, and stays there', async ({ world, people }) => {
      const person = await people.open(view);
      await person.enter(await world.joining(demo, 'Grace'));
      const before = await person.states();
      const outcome = await person.join(await world.joining('Open door, no passcode', 'Grace'));
      expect(outcome.rejected ?? outcome.error).toMatchObject({ errorCode: 3005, name: otherMeeting.name, cause: 'other_meeting_in_page', attemptId: null });
      // No status event, or an app would navigate away from the meeting that goes on.
      expect(await person.states()).toEqual(before);
      expect(await person.names()).toEqual(['Grace']);
    });

    test('3005: the same person is live in another meeting', async ({ world, people }) => {
      const zak = await world.zak('mia@acme.example');
      const [first, second] = await Promise.all([people.open(other), people.open(view)]);
      await first.enter({ ...(await world.joining(demo, 'Mia')), zak });
      await second.init();
      const outcome = await second.join({ ...(await world.joining('Open door, no passcode', 'Mia')), zak });
      await expectRefusal(second, outcome, { ...otherMeeting, cause: 'other_meeting_live' });
    });

    test('3711: the host is hosting another meeting', async ({ world, people }) => {
      const [first, second] = await Promise.all([people.open(other), people.open(view)]);
      await first.enter(await world.hosting(demo));
      await second.init();
      const outcome = await second.join(await world.hosting('Only after the host'));
      await expectRefusal(second, outcome, { code: 3711, name: 'CANT_HOST_CONCURRENT', message: 'Cannot not host another meeting concurrently.', cause: 'host_busy' });
    });
  });
}
