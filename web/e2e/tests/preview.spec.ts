import { expect, test } from '../fixtures.ts';

const demo = 'Demo meeting';

test('the background that is chosen in the preview goes on into the meeting, and is loaded only then', async ({ world, people }) => {
  test.slow();
  const [ada, grace] = await Promise.all([people.open('component'), people.open('client')]);
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  const loaded: string[] = [];
  grace.page.on('request', (request) => request.url().includes('/sdk/background/') && loaded.push(request.url()));
  await grace.init({ disablePreview: false });
  const joined = grace.join(await world.joinOptions(demo, 'Grace'));
  const picture = grace.page.locator('.ar-preview video');
  const camera = (video: HTMLVideoElement) => (video.srcObject as MediaStream | null)?.getVideoTracks()[0]?.label ?? '';
  await expect.poll(() => picture.evaluate(camera)).toContain('fake');
  for (const name of ['Microphone', 'Speaker', 'Camera']) await expect(grace.page.getByRole('combobox', { name, exact: true })).toBeEnabled();
  expect(loaded).toEqual([]);

  const backgrounds = grace.page.getByRole('radiogroup', { name: 'Background' });
  await backgrounds.getByRole('radio', { name: 'Blur' }).click();
  await expect(backgrounds).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  expect(loaded.length).toBeGreaterThan(0);
  await expect(backgrounds.getByRole('radio', { name: 'Blur' })).toHaveAttribute('aria-checked', 'true');
  expect(await picture.evaluate(camera)).not.toContain('fake');
  await grace.page.locator('#pc-join').click();
  expect(await joined).toHaveProperty('success');

  const own = grace.page.locator(`[data-user-id="${await grace.userId()}"] video`).first();
  await expect.poll(() => own.evaluate(camera), { timeout: 60_000 }).not.toBe('');
  // Nobody ever received the video without its background.
  expect(await own.evaluate(camera)).not.toContain('fake');
  await ada.expectMovingVideo(await grace.userId());
});
