import { expect, test } from '../fixtures.ts';
import type { Outcome, Person } from '../person.ts';

const demo = 'Demo meeting';

/** A function that must succeed, in either view. */
async function done(outcome: Promise<Outcome>): Promise<void> {
  const { error, rejected } = await outcome;
  expect(error ?? rejected ?? null).toBeNull();
}

async function list(person: Person, method: string): Promise<unknown> {
  return (await person.call(method, {})).success?.['result'];
}

/** What hosts do, and what it does to the other pages. */
test('co-hosts, spotlight, focus mode, hands, the waiting room, reclaiming and handing on', async ({ world, people }) => {
  test.slow();
  const [ada, grace, linus, tim] = await Promise.all([people.open('component'), people.open('client'), people.open('client'), people.open('client')]);
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  await Promise.all([grace, linus, tim].map(async (person, i) => person.enter(await world.joinOptions(demo, ['Grace', 'Linus', 'Tim'][i] ?? ''))));
  const [adaId, graceId, linusId, timId] = [await ada.userId(), await grace.userId(), await linus.userId(), await tim.userId()];
  const seenBy = async (person: Person, userId: number) => (await person.roster()).find((a) => a.userId === userId);

  await test.step('a participant may not what a host may', async () => {
    for (const [method, args] of [['focusMode', { enable: true }], ['operateSpotlight', { operate: 'add', userId: linusId }], ['lowerAllHands', {}], ['reclaimHost', {}]] as const) {
      expect((await linus.call(method, args)).error, method).toMatchObject({ method, errorCode: 1, type: 'INSUFFICIENT_PRIVILEGES' });
    }
  });

  await test.step('a co-host is one for everybody', async () => {
    await done(ada.call('makeCoHost', graceId));
    await expect.poll(async () => (await seenBy(linus, graceId))?.['isCoHost']).toBe(true);
  });

  await test.step('a spotlight is the same on every page', async () => {
    await done(grace.call('operateSpotlight', { operate: 'add', userId: linusId }));
    await done(grace.call('operateSpotlight', { operate: 'add', userId: timId }));
    await expect.poll(() => list(tim, 'getSpotlightList')).toEqual([linusId, timId]);
    await done(grace.call('operateSpotlight', { operate: 'replace', userId: adaId }));
    await expect.poll(() => list(tim, 'getSpotlightList')).toEqual([adaId]);
    await done(grace.call('operateSpotlight', { operate: 'remove', userId: adaId }));
  });

  await test.step('in focus mode participants do not get each other\'s pictures; hosts do', async () => {
    await linus.startCamera();
    await tim.expectMovingVideo(linusId);
    await done(grace.call('focusMode', { enable: true }));
    await expect.poll(() => tim.events('onFocusModeStatusChange')).toEqual([{ status: true }]);
    await grace.expectMovingVideo(linusId);
    await expect.poll(() => flowing(tim)).toBe(false);
    await done(grace.call('focusMode', { enable: false }));
    await tim.expectMovingVideo(linusId);
  });

  await test.step('hands go up one by one and down together', async () => {
    await done(linus.call('raiseHand', {}));
    await done(tim.call('raiseHand', {}));
    await expect.poll(async () => (await ada.roster()).filter((a) => a['bRaiseHand']).length).toBe(2);
    await done(grace.call('lowerAllHands', {}));
    await expect.poll(async () => (await tim.roster()).filter((a) => a['bRaiseHand']).length).toBe(0);
  });

  await test.step('hosts write to the waiting room, in the app\'s own words', async () => {
    await done(tim.call('setCustomizeWaitingRoom', { title: 'Please wait', desc: 'The lesson has begun.' }));
    await done(grace.call('putOnHold', { userId: timId, hold: true }));
    await expect.poll(async () => (await tim.events('onUserIsInWaitingRoom')).length).toBe(1);
    await done(grace.call('sendChat', { message: 'In five minutes', userId: 4 }));
    await expect.poll(() => tim.chat()).toEqual(['In five minutes']);
    expect(await linus.chat()).toEqual([]);
    await done(grace.call('admitAll', {}));
    await expect.poll(() => linus.names()).toEqual(['Ada', 'Grace', 'Linus', 'Tim']);
  });

  await test.step('the host\'s role is handed on, taken back, and left to a successor', async () => {
    await done(ada.call('makeHost', graceId));
    await expect.poll(async () => (await seenBy(linus, graceId))?.isHost).toBe(true);
    await done(ada.call('reclaimHost'));
    await expect.poll(async () => (await seenBy(linus, adaId))?.isHost).toBe(true);
    expect(await seenBy(linus, graceId)).toMatchObject({ isHost: false, isCoHost: true });
    await done(ada.call('leaveMeeting', linusId));
    await expect.poll(async () => (await seenBy(grace, linusId))?.isHost).toBe(true);
  });

  await test.step('the end is one for all', async () => {
    await done(linus.call('endMeeting', {}));
    await expect.poll(async () => (await tim.events('onUserLeave')).at(-1)).toMatchObject({ reasonCode: 1 });
    await expect.poll(async () => (await grace.events('onMeetingStatus')).at(-1)).toMatchObject({ meetingStatus: 3, errorCode: 4004 });
  });
});

test('a host key, leave to record, a test meeting', async ({ world, people }) => {
  const open = 'Open door, no passcode';
  const [grace, linus, ada] = await Promise.all([people.open('client'), people.open('client'), people.open('component')]);

  await test.step('a test meeting is joined as a participant', async () => {
    await grace.init();
    expect((await grace.call('joinTest', grace.options(await world.joinOptions(open, 'Grace', 1)))).error).toMatchObject({ method: 'joinTest', type: 'INVALID_PARAMETERS' });
    await done(grace.call('joinTest', grace.options(await world.joinOptions(open, 'Grace'))));
  });
  await linus.enter(await world.joinOptions(open, 'Linus'));
  const graceId = await grace.userId();

  await test.step('whoever knows the key becomes the host, while there is none', async () => {
    expect((await grace.call('claimHostWithHostKey', { hostKey: 'wrong' })).error).toMatchObject({ type: 'INVALID_PARAMETERS' });
    await done(grace.call('claimHostWithHostKey', { hostKey: world.hostKey(world.meeting(open).host) }));
    expect(await grace.events('onClaimStatus')).toEqual([{ status: false, userId: graceId }, { status: true, userId: graceId }]);
    await expect.poll(async () => (await linus.roster()).find((a) => a.userId === graceId)?.isHost).toBe(true);
    expect((await linus.call('claimHostWithHostKey', { hostKey: world.hostKey(world.meeting(open).host) })).error).toMatchObject({ type: 'INVALID_OPERATION' });
  });

  await test.step('recording needs a host\'s leave, and everybody is told', async () => {
    await ada.enter(await world.hostOptions(open, 'Ada'));
    const linusId = await linus.userId();
    expect((await linus.call('mediaCapture', { record: 'start' })).error).toMatchObject({ type: 'INSUFFICIENT_PRIVILEGES' });
    await done(linus.call('mediaCapturePermission', { operate: 'request' }));
    await expect.poll(async () => (await ada.events('media-capture-permission-change')).at(-1)).toEqual({ type: 'request', value: String(linusId) });
    await done(ada.call('mediaCapturePermission', 'grant', linusId, 2));
    await expect.poll(() => linus.events('onMediaCapturePermissionChange')).toEqual([{ allow: true }]);
    await done(linus.call('mediaCapture', { record: 'start' }));
    await expect.poll(async () => (await ada.events('media-capture-status-change')).at(-1)).toEqual({ userId: linusId, bLocalRecord: true });
    await done(ada.call('mediaCapturePermission', 'revoke', linusId));
    await expect.poll(async () => (await grace.events('onMediaCaptureStatusChange')).at(-1)).toEqual({ userId: linusId, status: 0 });
  });
});

/** Whether pictures of others arrive now. */
async function flowing(person: Person): Promise<boolean> {
  const decoded = (): Promise<number> =>
    person.page.evaluate(async () => {
      let frames = 0;
      for (const connection of (window as unknown as { connections: RTCPeerConnection[] }).connections) {
        for (const report of (await connection.getStats()).values()) {
          if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesReceived ?? 0;
        }
      }
      return frames;
    });
  const before = await decoded();
  await person.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
  return (await decoded()) > before;
}
