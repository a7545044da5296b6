import { expect, test } from '../fixtures.ts';

test('the start page joins in both views, in new tabs, and shows a refusal', async ({ context, page, server, world }) => {
  test.slow();
  const violations: string[] = [];
  await context.exposeFunction('violated', (what: string) => violations.push(what));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (e) => void (window as unknown as { violated: (what: string) => void }).violated(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`), true);
  });
  await page.goto(server.url);
  const { sdkKey, meetingNumber } = world.view.defaults;
  await expect(page.locator('#credentials')).toContainText(sdkKey);
  await expect(page.locator('select[name=meeting]')).toHaveValue(meetingNumber);
  await expect(page.getByRole('textbox', { name: 'Passcode' })).toHaveValue(world.view.defaults.password);
  await page.getByLabel('Your name').fill('Grace');

  const [client] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Open in Client View' }).click()]);
  await client.locator('#pc-join').click();
  await expect(client.getByRole('button', { name: 'stop my video', exact: true })).toBeVisible();

  await page.getByLabel('Your name').fill('Linus');
  await page.getByRole('radio', { name: 'Host' }).check();
  const [component] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Open in Component View' }).click()]);
  await component.getByRole('button', { name: 'start my video', exact: true }).click();
  const moving = async (): Promise<number> =>
    component.evaluate(() => Math.min(...[...document.querySelectorAll('video')].map((v) => v.getVideoPlaybackQuality().totalVideoFrames)));
  await expect.poll(() => component.locator('video').count()).toBe(2);
  await expect.poll(moving).toBeGreaterThan(5);
  await expect(component.getByRole('group', { name: /^Grace/ })).toBeVisible();
  await expect(client.getByRole('group', { name: /^Linus/ })).toBeVisible();

  // Everything that a meeting needs works under the pages' own Content-Security-Policy.
  await client.evaluate(async () => {
    const list = [{ id: 'red', displayName: 'Red', fileName: 'red.png', url: document.createElement('canvas').toDataURL() }];
    const { ZoomMtg } = window as unknown as { ZoomMtg: Record<string, (o: object) => void> };
    const call = (name: string, o: object): Promise<unknown> => new Promise((success, error) => ZoomMtg[name]?.({ ...o, success, error: (e: unknown) => error(new Error(JSON.stringify(e))) }));
    await call('updateVirtualBackgroundList', { vbList: list });
    for (const id of ['red', 'blur']) await call('setVirtualBackground', { id });
  });
  const seen = await moving();
  // Blurred without a graphics card, in a tab that is not in front.
  await expect.poll(moving, { timeout: 60_000 }).toBeGreaterThan(seen + 5);
  expect(violations).toEqual([]);

  const [wrong] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Try a wrong passcode' }).click()]);
  await expect(wrong.getByText('The passcode is incorrect.')).toBeVisible();
  await wrong.getByRole('textbox', { name: 'Passcode' }).fill(world.view.defaults.password);
  await wrong.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(wrong.getByRole('button', { name: 'start my video', exact: true })).toBeVisible();
});

test('attendees join the demo webinar from the start page', async ({ context, page, server }) => {
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Demo webinar' }).click();
  const [webinar] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Open in Client View' }).click()]);
  await expect(webinar.getByText(/Waiting for the host to start|Demo webinar/).first()).toBeVisible();
  await expect(webinar.getByText('You couldn’t join the meeting')).toBeHidden();
});

test('the pages of the error codes are there', async ({ page, server }) => {
  await page.goto(`${server.url}/docs/errors/`);
  await page.getByRole('link', { name: '4012' }).first().click();
  await expect(page.locator('body')).toContainText('NOT_ALLOW_ANONYMOUS_JOIN');
});
