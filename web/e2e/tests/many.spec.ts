import { expect, test } from '../fixtures.ts';
import type { Person } from '../person.ts';

const demo = 'Demo meeting';

/** The userIds of the tiles on the page whose pictures have begun. */
async function tiles(person: Person): Promise<number[]> {
  return person.page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.ar-tile[data-user-id]')].filter((tile) => tile.querySelector('video')).map((tile) => Number(tile.dataset['userId'])));
}

/** How many pictures the page received something of during a second, as the browser counts it. */
async function flowing(person: Person): Promise<number> {
  return person.page.evaluate(async () => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    const received = async (): Promise<Map<string, number>> => {
      const bytes = new Map<string, number>();
      for (const connection of connections) {
        if (connection.connectionState !== 'connected') continue;
        for (const report of ((await connection.getStats()) as unknown as Map<string, Record<string, unknown>>).values()) {
          if (report['type'] === 'inbound-rtp' && report['kind'] === 'video') bytes.set(String(report['trackIdentifier']), Number(report['bytesReceived']));
        }
      }
      return bytes;
    };
    const before = await received();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return [...(await received())].filter(([track, bytes]) => bytes > (before.get(track) ?? 0)).length;
  });
}

test('25 people with moving pictures: what is on no tile is not received', async ({ world, people, loadgen }) => {
  test.slow();
  const { userIds } = await loadgen({ people: 25, video: true });
  const grace = await people.open('client');
  await grace.enter(await world.joinOptions(demo, 'Grace'), { defaultView: 'gallery' });

  await test.step('the first page of the gallery moves, all of it', async () => {
    await expect.poll(async () => (await tiles(grace)).length).toBe(24);
    for (const userId of await tiles(grace)) await grace.expectMovingVideo(userId);
    await expect.poll(() => flowing(grace)).toBe(24);
  });

  await test.step('while nothing happens, the page changes nothing', async () => {
    const [watched] = await tiles(grace);
    const changes = await grace.page.evaluate(async (userId) => {
      const seen: string[] = [];
      const observer = new MutationObserver((records) => {
        for (const { target } of records) seen.push((target instanceof Element ? target : target.parentElement)?.className ?? '');
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      const video = document.querySelector<HTMLVideoElement>(`[data-user-id="${userId}"] video`);
      const until = (video?.getVideoPlaybackQuality().totalVideoFrames ?? 0) + 60;
      while (video && video.getVideoPlaybackQuality().totalVideoFrames < until) await new Promise(requestAnimationFrame);
      observer.disconnect();
      return seen;
    }, watched ?? 0);
    expect(changes).toEqual([]);
  });

  await test.step('the second page brings the rest, and the first one ends', async () => {
    const first = new Set(await tiles(grace));
    await grace.page.getByRole('button', { name: 'Next page' }).click();
    const rest = userIds.filter((userId) => !first.has(userId));
    expect(rest).toHaveLength(1);
    await grace.expectMovingVideo(rest[0] ?? 0);
    await expect.poll(() => flowing(grace)).toBe(1);
  });

  await test.step('a hidden page receives no pictures, and has them again when it is seen', async () => {
    await grace.page.getByRole('button', { name: 'Previous page' }).click();
    await expect.poll(() => flowing(grace)).toBe(24);
    await show(grace, false);
    await expect.poll(() => flowing(grace)).toBe(0);
    await show(grace, true);
    await expect.poll(() => flowing(grace)).toBe(24);
  });
});

test('a picture comes as large as its tile needs, and not at all while the view is minimised', async ({ world, people }) => {
  test.slow();
  const [ada, grace] = await Promise.all([people.open('client'), people.open('component')]);
  await ada.enter(await world.joinOptions(demo, 'Ada'));
  await ada.startCamera();
  const adaId = await ada.userId();
  const viewSizes = { default: { width: 1_200, height: 675 }, ribbon: { width: 220, height: 200 } };
  await grace.enter(await world.joinOptions(demo, 'Grace'), { customize: { video: { defaultViewType: 'active', viewSizes } } });
  await grace.expectMovingVideo(adaId);
  const width = async (): Promise<number> => grace.page.evaluate((id) => document.querySelector<HTMLVideoElement>(`[data-user-id="${id}"] video`)?.videoWidth ?? 0, adaId);

  await expect.poll(width, { message: 'a large tile has a large picture' }).toBeGreaterThanOrEqual(640);
  await grace.button('Ribbon View').click();
  await expect.poll(width, { message: 'a small tile has a small picture' }).toBeLessThanOrEqual(320);
  await grace.button('Minimize').click();
  await expect.poll(() => flowing(grace)).toBe(0);
});

test('300 people: the list draws a screenful, and finds and reaches everybody', async ({ world, people, loadgen }) => {
  test.slow();
  await loadgen({ people: 299 });
  const ada = await people.open('client');
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  await expect.poll(async () => (await ada.roster()).length).toBe(300);
  const { page } = ada;
  await page.getByRole('button', { name: /open the participants list/i }).click();
  const list = page.getByRole('list', { name: 'Participants', exact: true });
  const rows = list.getByRole('listitem');
  await expect(page.getByRole('heading', { name: 'Participants (300)' })).toBeVisible();
  await expect(rows.first()).toHaveAttribute('aria-setsize', '300');
  expect(await rows.count()).toBeLessThanOrEqual(60);

  await test.step('search', async () => {
    await page.getByRole('searchbox').pressSequentially('guest 27');
    await expect(rows).toHaveCount(10);
    await expect(rows.last()).toHaveAttribute('aria-setsize', '10');
    await page.getByRole('searchbox').fill('');
    await expect(rows.first()).toHaveAttribute('aria-setsize', '300');
  });

  await test.step('keyboard', async () => {
    await rows.nth(3).getByRole('button').focus();
    await page.keyboard.press('End');
    await expect(rows.last()).toHaveAttribute('aria-posinset', '300');
    await expect(rows.last().getByRole('button')).toBeFocused();
    await expect(rows.last()).toContainText('Guest 299');
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowUp');
    await expect(list.locator('[aria-posinset="270"]').getByRole('button')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(list.locator('[aria-posinset="270"]').getByRole('button')).toBeFocused();
    expect(await rows.count()).toBeLessThanOrEqual(60);
  });

  await test.step('whoever comes is in the list', async () => {
    await loadgen({ people: 1, name: 'Zoe' });
    await expect(page.getByRole('heading', { name: 'Participants (301)' })).toBeVisible();
    await expect(list.locator('[aria-posinset="270"]').getByRole('button')).toBeFocused();
    await page.keyboard.press('End');
    await expect(rows.last()).toContainText('Zoe 001');
  });
});

/** Tells the page that nobody sees it, as a browser does: one without a screen always counts its windows as seen. */
async function show(person: Person, seen: boolean): Promise<void> {
  await person.page.evaluate((visible) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (visible ? 'visible' : 'hidden') });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event('visibilitychange'));
  }, seen);
}
