import type { BrowserContext, Page } from '@playwright/test';
import { expect, test, views } from '../fixtures.ts';

/** Collects what a browser writes to its consoles; a good page writes nothing at warning or above, and no library writes at all. */
function listenTo(lines: string[]): (context: BrowserContext) => Promise<void> {
  return async (context) => {
    context.on('console', (message) => void lines.push(`${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => void lines.push(`error: ${String(error.error())}`));
  };
}

const demo = 'Demo meeting';

for (const view of views) {
  test(`a good session in ${view} view writes nothing to the console`, async ({ world, people }) => {
    const lines: string[] = [];
    const [grace, ada] = await Promise.all([people.open(view, { before: listenTo(lines) }), people.open('component')]);
    await ada.enter(await world.hostOptions(demo));
    await ada.startCamera();
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await grace.expectMovingVideo(await ada.userId());
    await grace.startMicrophone();
    await grace.button('mute my microphone').click();
    await grace.startCamera();
    await ada.expectMovingVideo(await grace.userId());
    await grace.button('Share Screen').click();
    const share = (): Promise<unknown[]> => ada.events('peer-share-state-change').then((events) => events.map((t) => t['action']));
    await expect.poll(share).toEqual(['Start']);
    await grace.button('Stop sharing').first().click();
    await expect.poll(share).toEqual(['Start', 'Stop']);
    await grace.sendChat('hello');
    await expect.poll(() => ada.chat()).toEqual(['hello']);
    await grace.leave();
    // Anything that the browser logs when the connections end.
    await expect.poll(() => ada.names()).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test(`a refused join in ${view} view leaves no failed request on the console`, async ({ world, people }) => {
    const lines: string[] = [];
    const grace = await people.open(view, { before: listenTo(lines) });
    await grace.init();
    const outcome = await grace.join({ ...(await world.joinOptions(demo, 'Grace')), password: 'wrong' });
    expect(outcome.rejected ?? outcome.error).toMatchObject({ errorCode: 3004 });
    // The message that bots wait for is the only output.
    expect(lines.filter((line) => !line.startsWith('log: join error code: 3004'))).toEqual([]);
  });
}

for (const view of views) {
  test(`a session on the demo page of ${view} view writes nothing to the console`, async ({ browser, server, world }) => {
    const lines: string[] = [];
    const context = await browser.newContext();
    await listenTo(lines)(context);
    const open = async (name: string, role: number): Promise<Page> => {
      const page = await context.newPage();
      page.on('response', (response) => void (response.status() >= 400 && lines.push(`${response.status()} ${response.url()}`)));
      await page.goto(`${server.url}/demo/${view}?${new URLSearchParams({ name, role: String(role), password: world.view.defaults.password }).toString()}`);
      // Client View shows the preview first.
      if (view === 'client') await page.getByRole('button', { name: 'Join meeting' }).click();
      return page;
    };
    const host = await open('Ada', 1);
    const page = await open('Grace', 0);
    for (const each of [host, page]) await expect(each.getByText('Grace').first()).toBeVisible();
    await page.getByRole('button', { name: 'Share Screen' }).click();
    await page.getByRole('button', { name: 'Stop sharing' }).first().click();
    await page.getByRole('button', { name: /^Open the chat/ }).click();
    await page.getByRole('textbox', { name: 'Write a message' }).fill('hello');
    await page.keyboard.press('Enter');
    await expect(page.getByText('hello')).toBeVisible();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Leave Meeting' }).click();
    if (view === 'client') await page.waitForURL(`${server.url}/`);
    else await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeVisible();
    await expect(host.getByText('Grace', { exact: true })).toHaveCount(0);
    expect(lines).toEqual([]);
    await context.close();
  });
}

test('the demo page of Component View shows what happened, without text for developers, and joins again', async ({ server, world, people }) => {
  const ada = await people.open('component');
  await ada.enter(await world.hostOptions(demo));
  const address = (query: Record<string, string>) => `${server.url}/demo/component?${new URLSearchParams({ name: 'Grace', password: world.view.defaults.password, ...query }).toString()}`;
  const phone = { viewport: { width: 390, height: 844 } };
  let { page } = await people.open('component', { address: address({ password: 'wrong' }), ...phone });
  let card = page.locator('#card');

  // The passcode is asked for again where the meeting will be.
  await page.getByLabel('Passcode').fill(world.view.defaults.password);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect.poll(() => ada.names()).toHaveLength(2);
  await expect(card).toBeHidden();

  const grace = (await ada.roster()).find((person) => person.userName === 'Grace');
  await ada.call('expel', grace?.userId);
  await expect(card.getByRole('heading')).toHaveText('You were removed from this meeting');
  await card.getByRole('button', { name: 'Join again' }).click();
  await expect(card).toContainText('You can’t join it again');
  await expect(card.locator('details')).not.toHaveAttribute('open');
  await expect(card.getByText('BE_REMOVED')).toBeHidden();

  // The meeting of another person is ended, and the next one has not started.
  ({ page } = await people.open('component', { address: address({ name: 'Linus' }), ...phone }));
  card = page.locator('#card');
  await expect.poll(() => ada.names()).toHaveLength(2);
  // The view is there before the join is over; whoever sends pictures has joined.
  await page.getByRole('button', { name: 'start my video', exact: true }).click();
  await ada.expectMovingVideo((await ada.roster()).find((person) => person.userName === 'Linus')?.userId ?? 0);
  await ada.endMeeting();
  await expect(card.getByRole('heading')).toHaveText('The host has ended this meeting');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

  const later = world.meeting('Only after the host');
  await page.goto(address({ name: 'Linus', meeting: later.number, password: later.password }));
  await expect(page.getByRole('heading', { name: 'This meeting hasn’t started yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(card.getByRole('heading')).toHaveText('You haven’t joined the meeting');
  await expect(card.getByRole('button', { name: 'Join again' })).toBeVisible();
});
