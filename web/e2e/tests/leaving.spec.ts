import { expect, test, views } from '../fixtures.ts';
import type { Fields } from '../person.ts';
import { expectConnected } from '../refusals.ts';

const demo = 'Demo meeting';
const phone = { width: 390, height: 844 };
type Mtg = Record<string, ((options?: Fields) => unknown) | undefined>;

/** Whoever opens a native dialog fails: in frames without `allow-modals` it never appears. */
const withoutModals = `for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { throw new Error(name + ' was called'); };`;

for (const view of views) {
  test(`${view} view: a wrong passcode is typed again in place, on a phone`, async ({ world, people }) => {
    const person = await people.open(view, { viewport: phone });
    const options = await world.joinOptions(demo, 'Grace');
    await person.init();
    await person.join({ ...options, password: 'certainly-wrong' });
    const { page } = person;
    await expect(page.getByText('The passcode is incorrect.')).toBeVisible();
    const field = page.getByLabel('Passcode', { exact: true });
    await field.fill('wrong again');
    await page.keyboard.press('Enter');
    await expect.poll(() => person.states()).toHaveLength(4);
    await expect(field).toBeEditable();
    await field.fill(options.password ?? '');
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await expect.poll(() => person.names()).toEqual(['Grace']);
    await expect(field).toBeHidden();
    if (view === 'client') {
      // The app was notified of the refusal once, and of the success.
      await expect.poll(async () => (await person.eventNames()).filter((name) => /^join /.test(name))).toEqual(['join error', 'join success']);
    } else await expect.poll(() => person.states()).toEqual(['Connecting', 'Fail', 'Connecting', 'Fail', 'Connecting', 'Connected']);
  });
}

test('client view: in a frame without modals the view itself asks whether to leave, by role', async ({ app, world, people, server }) => {
  const outer = app.serve('/frame', { body: `<!doctype html><title>Around</title><iframe name="inner" sandbox="allow-scripts allow-same-origin" allow="camera; microphone" style="width:900px;height:600px" src="${app.address('client', server.url)}"></iframe>` });
  const person = await people.open('client', { address: outer, before: (context) => context.addInitScript(withoutModals) });
  const frame = person.page.frame({ name: 'inner' });
  if (!frame) throw new Error('there is no frame');
  await frame.waitForFunction(() => 'app' in window);
  const enter = (options: Fields): Promise<unknown> =>
    frame.evaluate(async (given) => {
      const { app } = window as unknown as { app: { init(o: Fields): Promise<unknown>; join(o: Fields): Promise<Fields> } };
      await app.init({});
      return app.join(given);
    }, options);
  expect(await enter(person.options(await world.hostOptions(demo, 'Grace')))).toHaveProperty('success');
  const ask = (): Promise<unknown> =>
    frame.evaluate(() => {
      const { ZoomMtg, asked } = window as unknown as { ZoomMtg: Mtg; asked: string[] };
      const seen = asked ?? ((window as unknown as { asked: string[] }).asked = []);
      ZoomMtg['leaveMeeting']?.({ confirm: true, cancelCallback: () => seen.push('cancelled'), success: () => seen.push('left') });
    });
  const dialog = frame.getByRole('alertdialog', { name: 'Leave the meeting?' });
  await ask();
  await expect(dialog.getByRole('button')).toHaveText(['Cancel', 'End Meeting for All', 'Leave Meeting']);
  await person.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await frame.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual(['cancelled']);

  const guest = await people.open('component');
  await guest.enter(await world.joinOptions(demo, 'Linus'));
  await ask();
  const choice = frame.getByRole('dialog', { name: 'Leave the meeting?' });
  await expect(choice.getByLabel('New host')).toContainText('Linus');
  await choice.getByRole('button', { name: 'End Meeting for All' }).click();
  await frame.waitForURL('**/left');
  // Component View leaves its element as it was.
  await expect.poll(() => guest.states()).toContain('Closed');
  await expect(guest.page.locator('#meetingSDKElement > *')).toHaveCount(0);
});

test('client view: what ended the meeting, the way back, and into it again', async ({ world, people }) => {
  const [host, removed, moved] = await Promise.all([people.open('component'), people.open('client', { viewport: phone }), people.open('client')]);
  await host.enter(await world.hostOptions(demo, 'Grace'));
  await removed.enter(await world.joinOptions(demo, 'Linus'), { leaveUrl: './left?why=removed#now' });
  const options = await world.joinOptions(demo, 'Ada');
  await moved.enter(options);
  await host.call('expel', await removed.userId());
  await expect(removed.page.getByRole('heading', { name: 'You were removed from this meeting' })).toBeVisible();
  await removed.page.getByRole('button', { name: 'Back' }).click();
  await removed.page.waitForURL('**/left?why=removed#now');

  // Another page has taken over this tab's participant: it can be resumed here.
  const other = await people.openBeside(moved, 'client');
  const storage = await moved.page.evaluate(() => Object.entries(sessionStorage));
  await other.page.evaluate((entries) => entries.forEach(([key, value]) => sessionStorage.setItem(key, value)), storage);
  await other.enter(options);
  await expect(moved.page.getByRole('heading', { name: 'You joined from somewhere else' })).toBeVisible();
  await moved.page.getByRole('button', { name: 'Join here instead' }).click();
  // Known to the roster is not yet inside: an end before that is a failed join.
  await expectConnected(moved);
  await expect.poll(() => moved.names()).toContain('Ada');

  await host.endMeeting();
  await expect(moved.page.getByRole('heading', { name: 'The host has ended this meeting' })).toBeVisible();
  await moved.page.getByRole('button', { name: 'Back' }).click();
  await moved.page.waitForURL('**/left');
});

test('component view: a meeting that has not started is shown in the element, and retried only on request', async ({ world, people }) => {
  const [early, host] = await Promise.all([people.open('component', { viewport: phone }), people.open('component')]);
  const options = await world.joinOptions('Only after the host', 'Linus');
  await early.init();
  expect((await early.join(options)).rejected).toMatchObject({ errorCode: 3008 });
  const { page } = early;
  await expect(page.getByRole('heading', { name: 'This meeting hasn’t started yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(page.locator('#meetingSDKElement > *')).toHaveCount(0);

  expect((await early.join(options)).rejected).toMatchObject({ errorCode: 3008 });
  await host.enter(await world.hostOptions('Only after the host', 'Grace'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => early.names()).toEqual(['Grace', 'Linus']);
});
