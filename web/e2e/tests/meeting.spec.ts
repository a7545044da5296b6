import { expect, test, views } from '../fixtures.ts';

const demo = 'Demo meeting';

test('both views in one meeting: pictures, sound, roster, mute, chat, lock, leaving', async ({ world, people, app }) => {
  test.slow();
  const [grace, linus] = await Promise.all([people.open('component'), people.open('client')]);

  await test.step('one joins from each view, with camera and microphone', async () => {
    await grace.enter(await world.hostOptions(demo, 'Grace'));
    await grace.startMicrophone();
    await grace.startCamera();
    await linus.init({ disablePreview: false });
    const joined = linus.join(await world.joinOptions(demo, 'Linus'));
    await expect(linus.page.locator('.ar-preview video')).toBeVisible();
    // Whoever looks at themselves is not there yet.
    expect(await grace.names()).toEqual(['Grace']);
    expect(await grace.people('user-added')).toEqual([]);
    await linus.page.locator('#pc-join').click();
    expect(await joined).toHaveProperty('success');
    await expect(linus.button('mute my microphone')).toBeVisible();
    await expect(linus.button('stop my video')).toBeVisible();
  });
  const graceId = await grace.userId();
  const linusId = await linus.userId();

  await test.step('each sees the other move, and hears sound', async () => {
    await grace.expectMovingVideo(linusId);
    await linus.expectMovingVideo(graceId);
    await grace.expectMovingVideo(graceId);
    await grace.expectAudio();
    await linus.expectAudio();
  });

  await test.step('the roster says who is there', async () => {
    expect(await grace.names()).toEqual(['Grace', 'Linus']);
    expect(await linus.names()).toEqual(['Grace', 'Linus']);
    // Oneself comes first.
    expect((await grace.roster()).map((a) => a.userId)).toEqual([graceId, linusId]);
    expect((await linus.roster()).map((a) => a.userId)).toEqual([linusId, graceId]);
    expect((await linus.roster())[1]).toMatchObject({ isHost: true, video: true, muted: false, audio: 'computer' });
    expect((await grace.people('user-added')).map((p) => p['userId'])).toEqual([linusId]);
  });

  await test.step('mute shows at the other side', async () => {
    await linus.button('mute my microphone').click();
    await expect.poll(async () => (await grace.roster()).find((a) => a.userId === linusId)?.muted).toBe(true);
    expect((await grace.people('user-updated')).some((p) => p['userId'] === linusId && p['muted'] === true)).toBe(true);
    await expect(grace.page.locator(`[data-user-id="${linusId}"]`).getByLabel('muted').first()).toBeVisible();
    await linus.button('unmute my microphone').click();
    await expect.poll(async () => (await grace.roster()).find((a) => a.userId === linusId)?.muted).toBe(false);
    // The host mutes another participant.
    expect(await grace.call('mute', true, linusId)).toEqual({ resolved: '' });
    await expect(linus.button('unmute my microphone')).toBeVisible();
  });

  await test.step('chat reaches the other page', async () => {
    expect((await grace.sendChat('Hello from Grace')).resolved).toMatchObject({ message: 'Hello from Grace', sender: { userId: graceId } });
    await expect.poll(() => linus.chat()).toEqual(['Hello from Grace']);
    expect((await linus.events('onReceiveChatMsg'))[0]).toMatchObject({ sender: 'Grace', senderId: graceId });
    await linus.page.getByRole('button', { name: /^Open the chat/ }).click();
    await expect(linus.page.getByRole('log')).toContainText('Hello from Grace');
    await linus.page.getByRole('textbox', { name: 'Write a message' }).fill('Hello from Linus');
    await linus.page.keyboard.press('Enter');
    await expect.poll(() => grace.chat()).toEqual(['Hello from Grace', 'Hello from Linus']);
  });

  await test.step('a third joins, leaves and comes back', async () => {
    const third = await people.open('component');
    await third.enter(await world.joinOptions(demo, 'Tim'));
    const first = await third.userId();
    await expect.poll(() => linus.names()).toEqual(['Grace', 'Linus', 'Tim']);
    await third.leave();
    await expect.poll(() => linus.names()).toEqual(['Grace', 'Linus']);
    await third.mustJoin(await world.joinOptions(demo, 'Tim'));
    await expect.poll(() => linus.names()).toEqual(['Grace', 'Linus', 'Tim']);
    const second = await third.userId();
    expect((await linus.people('onUserJoin')).map((p) => p['userId'])).toEqual([linusId, graceId, first, second]);
    expect((await linus.people('onUserLeave')).map((p) => p['userId'])).toEqual([first]);
    expect((await grace.people('user-removed')).map((p) => p['userId'])).toEqual([first]);
    await third.leave();
    await expect.poll(() => grace.names()).toEqual(['Grace', 'Linus']);
  });

  await test.step('the lock is seen by everybody, and only hosts have it', async () => {
    const refused = await linus.call('lockMeeting', { lockMeeting: true });
    expect(refused.error).toMatchObject({ method: 'lockMeeting', status: false, errorCode: 1, name: 'FAIL', type: 'INSUFFICIENT_PRIVILEGES' });
    expect(await grace.call('lockMeeting', true)).toEqual({ resolved: '' });
    await expect(linus.page.getByText('Locked')).toBeVisible();
    expect(await grace.call('lockMeeting', false)).toEqual({ resolved: '' });
    await expect(linus.page.getByText('Locked')).toBeHidden();
  });

  await test.step('leaving goes to leaveUrl in Client View, and is told in Component View', async () => {
    await linus.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await linus.page.getByRole('menuitem', { name: 'Leave Meeting' }).click();
    await linus.page.waitForURL(`${app.origin}/left`);
    await expect.poll(() => grace.names()).toEqual(['Grace']);
    await grace.leave();
    expect((await grace.events('connection-change')).at(-1)).toMatchObject({ state: 'Closed' });
    expect(await grace.roster()).toEqual([]);
  });
});

for (const view of views) {
  test(`a reload in ${view} view resumes its participant`, async ({ world, people }) => {
    const [grace, ada] = await Promise.all([people.open(view), people.open('component')]);
    await ada.enter(await world.hostOptions(demo));
    // Signed once: a page that resumes needs no new signature, and a lock does not keep it out.
    const options = await world.joinOptions(demo, 'Grace');
    await grace.enter(options);
    await grace.startCamera();
    const before = await grace.userId();
    await ada.expectMovingVideo(before);
    await ada.call('lockMeeting', true);
    await grace.page.reload();
    await grace.enter(options);
    expect(await grace.userId()).toBe(before);
    await expect(grace.button('stop my video')).toBeVisible();
    await ada.expectMovingVideo(before);
    expect(await ada.names()).toEqual(['Ada Park', 'Grace']);
    expect((await ada.people('user-added')).map((p) => p['userId'])).toEqual([before]);
    expect(await ada.people('user-removed')).toEqual([]);
  });
}

test('a page that is reloaded again and again waits until media are let in', async ({ world, people }) => {
  const grace = await people.open('component');
  const options = await world.joinOptions(demo, 'Grace');
  await grace.enter(options);
  for (let reloads = 0; reloads < 4; reloads++) {
    await grace.page.reload();
    await grace.init();
    // The media server counts what is begun, not what comes of it.
    const begun = grace.page.waitForEvent('websocket', (socket) => socket.url().includes('/rtc'));
    void grace.join(options).catch(() => undefined);
    await (await begun).waitForEvent('framereceived').catch(() => undefined);
  }
  await expect.poll(() => grace.states(), { timeout: 20_000 }).toEqual(['Connecting', 'Connected']);
});

test('the older of two pages with one participant leaves with reason 5', async ({ world, people }) => {
  const first = await people.open('client');
  const options = await world.joinOptions(demo, 'Grace');
  await first.enter(options);
  const storage = await first.page.evaluate(() => ({ ...sessionStorage }));
  const second = await people.openBeside(first, 'client');
  await second.page.evaluate((s) => Object.assign(sessionStorage, s), storage);
  await second.enter(options);
  expect(await second.userId()).toBeGreaterThan(0);
  await expect.poll(async () => (await first.events('onUserLeave')).at(-1)).toMatchObject({ reasonCode: 5 });
  expect(await second.names()).toEqual(['Grace']);
});

for (const view of views) {
  test(`the waiting room in ${view} view: waiting, admitted, moved back`, async ({ world, people }) => {
    const levels = async (): Promise<unknown[]> =>
      view === 'client' ? (await guest.events('onJoinSpeed')).map((p) => p['level']) : (await guest.events('join-speed')).map((p) => p['tagId']);
    const [guest, host] = await Promise.all([people.open(view), people.open('component')]);
    await host.enter(await world.hostOptions('Waiting room'));
    // The join succeeds, although nobody has let them in yet.
    await guest.enter(await world.joinOptions('Waiting room', 'Grace'));
    await expect(guest.page.getByText('The host will let you in soon')).toBeVisible();
    await expect.poll(levels).toEqual([1, 6]);
    if (view === 'client') {
      await expect.poll(async () => (await guest.events('onUserIsInWaitingRoom')).length).toBe(1);
      expect((await guest.events('onUserIsInWaitingRoom'))[0]).toMatchObject({ userName: 'Grace', isHold: true, isInWaitingRoom: true, isSelf: true });
    }
    const refused = await guest.sendChat('am I heard?');
    if (view === 'client') expect(refused.error).toMatchObject({ method: 'sendChat', status: false, errorCode: 1, type: 'IMPROPER_MEETING_STATE', errorMessage: 'on hold' });
    else expect(refused.rejected).toMatchObject({ isError: true, errorCode: 1, type: 'IMPROPER_MEETING_STATE', reason: 'on hold' });
    await expect.poll(async () => (await host.roster()).map((a) => a.userName).sort()).toEqual(['Ada Park', 'Grace']);
    const guestId = Number((await host.roster()).find((a) => a.userName === 'Grace')?.userId);
    expect(await host.call('admit', guestId)).toEqual({ resolved: '' });
    await expect.poll(async () => (await levels()).slice(0, 4)).toEqual([1, 6, 7, 8]);
    await guest.startCamera();
    await host.expectMovingVideo(guestId);
    expect(await host.call('putOnHold', guestId, true)).toEqual({ resolved: '' });
    await expect(guest.page.getByText('The host moved you to the waiting room')).toBeVisible();
    await expect.poll(async () => (await levels()).at(-1)).toBe(6);
  });

  test(`the waiting room in ${view} view: removed from there, after which a reload shows the same`, async ({ world, people }) => {
    const [guest, host] = await Promise.all([people.open(view), people.open('component')]);
    await host.enter(await world.hostOptions('Waiting room'));
    const join = await world.joinOptions('Waiting room', 'Grace');
    await guest.enter(join);
    await expect.poll(async () => (await host.roster()).map((a) => a.userName).sort()).toEqual(['Ada Park', 'Grace']);
    await host.call('expel', Number((await host.roster()).find((a) => a.userName === 'Grace')?.userId));
    const page = guest.page;
    const ending = view === 'client' ? 'onMeetingStatus' : 'connection-change';
    await expect.poll(async () => (await guest.events(ending)).at(-1)).toMatchObject({ errorCode: 3009, cause: 'not_admitted' });
    if (view === 'client') {
      await expect(page.getByRole('heading', { name: 'The host didn’t let you in' })).toBeVisible();
      expect((await guest.events('onUserLeave')).at(-1)).toMatchObject({ reasonCode: 7 });
    }
    await page.reload();
    await guest.init();
    const outcome = await guest.join(join);
    expect(outcome.error ?? outcome.rejected).toMatchObject({ errorCode: 3009, cause: 'not_admitted' });
    if (view === 'client') await expect(page.getByRole('alertdialog')).toContainText('The host didn’t let you in.');
  });
}
