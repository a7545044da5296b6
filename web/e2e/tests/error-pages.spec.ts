import { expect, test } from '../fixtures.ts';

test('pages of error codes fit a phone, filter their causes and copy snippets', async ({ browser, server }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  for (const path of ['/docs/errors', '/docs/errors/3712', '/docs/errors/4013', '/docs/errors/4000', '/docs/errors/9999', '/', '/demo/reproduce']) {
    await page.goto(server.url + path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
  }

  await page.goto(`${server.url}/docs/errors/3712`);
  const rows = page.locator('.causes > li:visible');
  const all = await rows.count();
  await page.getByRole('searchbox', { name: 'Filter causes' }).fill('milliseconds');
  await expect.poll(() => rows.count()).toBeLessThan(all / 4);
  await expect(rows.first()).toContainText('iat_milliseconds');
  await page.getByRole('searchbox', { name: 'Filter causes' }).fill('no such cause');
  await expect(page.getByRole('status')).toHaveText('Nothing matches this filter.');

  const snippet = page.locator('.snippet').last();
  await expect(snippet).toContainText(`${server.url}/dev/v1/scenarios/3712`);
  await snippet.getByRole('button', { name: 'Copy' }).click();
  await expect(snippet.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`curl -X POST ${server.url}/dev/v1/scenarios/3712`);
  expect(faults).toEqual([]);
  await context.close();
});

test('addresses under /docs lead to the codes, and a mistyped code to the nearest', async ({ page, server }) => {
  for (const path of ['/docs', '/docs/', '/docs/error/3004']) {
    await page.goto(server.url + path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Error codes');
  }
  await page.goto(`${server.url}/docs/errors/wrong_meeting_password`);
  await expect(page).toHaveURL(`${server.url}/docs/errors/3004`);
  const answer = await page.goto(`${server.url}/docs/errors/3713x`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('link', { name: '3713', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('NO_PERMISSION');
});
