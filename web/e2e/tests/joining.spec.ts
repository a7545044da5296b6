import { expect, test } from '../fixtures.ts';

const demo = 'Demo meeting';

test('Client View: the preview is no presence, and cancelling it leaves no trace', async ({ world, people }) => {
  test.slow();
  const [grace, linus] = await Promise.all([people.open('component'), people.open('client')]);
  await grace.enter(await world.hostOptions(demo, 'Grace'));
  await linus.init({ disablePreview: false, isShowJoiningErrorDialog: false });
  // A wrong passcode is reported before the preview.
  expect(await linus.join({ ...(await world.joinOptions(demo, 'Linus')), password: 'wrong' })).toMatchObject({ error: { errorCode: 3004 } });

  const outcome = linus.join(await world.joinOptions(demo, 'Linus')).catch(() => null);
  await expect(linus.page.locator('.ar-preview video')).toBeVisible();
  expect(await linus.events('onUserJoin')).toEqual([]);
  expect(await grace.names()).toEqual(['Grace']);
  await linus.page.getByRole('button', { name: 'Cancel' }).click();
  await linus.page.waitForURL('**/left');
  await outcome;
  expect(await grace.people('user-added')).toEqual([]);
  expect(await grace.people('user-removed')).toEqual([]);
});

test('Client View: joining reports everybody once, joins audio muted, and has rendered the meeting', async ({ world, people }) => {
  const [grace, linus] = await Promise.all([people.open('component'), people.open('client')]);
  await grace.enter(await world.hostOptions(demo, 'Grace'));
  await linus.page.evaluate(() => {
    const at = window as unknown as { drawn?: boolean; ZoomMtg: { inMeetingServiceListener(name: string, run: (p: { self: boolean }) => void): void } };
    at.ZoomMtg.inMeetingServiceListener('onUserJoin', ({ self }) => {
      if (self) at.drawn = document.querySelector('#wc-footer') !== null && document.querySelector('.meeting-info-icon__icon-wrap') !== null;
    });
  });
  await linus.enter(await world.joinOptions(demo, 'Linus'));
  expect(await linus.page.evaluate(() => (window as unknown as { drawn?: boolean }).drawn)).toBe(true);
  expect((await linus.events('onUserJoin')).map((p) => [p['userName'], p['self']])).toEqual([['Linus', true], ['Grace', false]]);
  const order = await linus.eventNames();
  expect(order.lastIndexOf('onUserJoin')).toBeLessThan(order.lastIndexOf('onMeetingStatus'));
  await expect(linus.button('unmute my microphone')).toBeVisible();
  await expect.poll(async () => (await grace.roster()).find((p) => p.userName === 'Linus')).toMatchObject({ audio: 'computer', muted: true });
});
