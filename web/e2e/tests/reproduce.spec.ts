import type { Page } from '@playwright/test';
import { expect, test, views, type View } from '../fixtures.ts';
import { scenarioList } from '../scenarios.ts';

/*
 * The page that reproduces errors, with real pages for everybody in a
 * scenario. `make test-long` goes through every code and cause.
 */

const long = process.env['ANTEROOM_LONG_TESTS'] === '1';
const list = await scenarioList();
/** Codes of every kind of step: in the page, by the server, by other people, during the meeting. */
const usual = new Set([0, 1, 2, 3004, 3005, 3008, 3009, 3712, 4003, 4004, 4006, 4009, 4012, 4019]);
/** What the SDK does not show by itself in Component View: the app does. */
const left = new Set(list.map(({ code }) => code).filter((code) => ![0, 3004, 3008, 4000].includes(code)));
/** Giving up takes a minute. */
const slow = new Set([4001, 3621]);
const chosen = list.filter(({ code }) => long || usual.has(code));

async function reproduce(page: Page, code: number, cause: string, view: View): Promise<void> {
  await page.getByLabel('Error code').selectOption(String(code));
  await page.getByLabel('Cause').selectOption(cause);
  await page.getByRole('radio', { name: view === 'client' ? 'Client View' : 'Component View' }).check();
  await page.getByRole('button', { name: 'Reproduce' }).click();
  await expect(page, `${code} ${cause}`).toHaveURL(new RegExp(`code=${code}&cause=${cause}&view=${view}$`));
}

for (const view of views) {
  test(`the page reproduces codes in ${view} view and shows what the app receives`, async ({ page, server }) => {
    test.setTimeout(long ? 1_200_000 : 60_000);
    await page.goto(`${server.url}/demo/reproduce`);
    const outcome = page.locator('#outcome');
    for (const { code, causes } of chosen) {
      for (const cause of long ? causes : causes.slice(0, 1)) {
        await test.step(`${code} ${cause}`, async () => {
          await reproduce(page, code, cause, view);
          const elsewhere = page.getByText('Choose the other view');
          await expect(page.locator('#outcome[data-state=met]').or(elsewhere), `${code} ${cause}`).toBeVisible({ timeout: slow.has(code) ? 100_000 : 30_000 });
          if (code === 0 || (await elsewhere.isVisible())) return;
          await expect(outcome).toContainText(String(code));
          await expect(page.locator('#received')).toContainText(`"errorCode": ${code}`);
          await expect(page.locator('#trouble')).toBeHidden();
          // A call that fails during the meeting leaves the view as it is, and so does
          // another join of the page.
          const inside = cause.endsWith('_in_page') || /received it from (?!join|init|connection-change)/.test(await outcome.innerText());
          await expect(page.locator('#shown')).toBeVisible({ visible: view === 'component' && left.has(code) && !inside && !cause.startsWith('password_') });
        });
      }
    }
  });
}

test('a code or cause without a scenario is named, and steps are sentences', async ({ page, server }) => {
  const error = page.locator('#trouble');
  await page.goto(`${server.url}/demo/reproduce?code=9999&view=client`);
  await expect(error).toHaveText('There is no scenario for the code “9999”. Select one from the list.');
  await page.goto(`${server.url}/demo/reproduce?code=3004&cause=pascode_wrong`);
  await expect(error).toContainText('the cause “pascode_wrong” of 3004');
  await expect(page.locator('#outcome')).toBeHidden();
  await page.goto(`${server.url}/demo/reproduce?code=4006`);
  await expect(page.locator('#steps li').nth(1)).toHaveText(/^The host locks the meeting/);
});

test('the start page explains its meetings and leads to every code', async ({ page, server, world }) => {
  await page.goto(server.url);
  const meetings = page.locator('#meetings li');
  await expect(meetings).toHaveCount(world.view.meetings.length);
  for (const purpose of await meetings.locator('span').allTextContents()) expect(purpose).toMatch(/\.$/);
  await page.getByRole('button', { name: 'Waiting room' }).click();
  await expect(page.getByRole('combobox', { name: 'Meeting' })).toHaveAccessibleDescription(/until the host admits them/);

  await expect(page.locator('#codes li')).toHaveCount(list.length);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('passcode_wrong');
  await expect(page.locator('#codes li:visible')).toHaveCount(1);
  await page.getByRole('link', { name: 'Reproduce 3004' }).click();
  await expect(page.locator('#outcome')).toHaveText(/^3004 WRONG_MEETING_PASSWORD: your app received it/);
  await expect(page.getByRole('link', { name: 'Meaning and fixes' })).toHaveAttribute('href', '/docs/errors/3004');
});

test('an interrupted connection shows what a page cannot do, and the command for it', async ({ page, server }) => {
  await page.goto(`${server.url}/demo/reproduce?code=4000&view=component`);
  await expect(page.locator('#limits')).toContainText('A page cannot disconnect its own network');
  await expect(page.locator('#command')).toContainText(`curl ${server.url}/dev/v1/faults -d`);
  await expect(page.locator('#outcome[data-state=met]')).toBeVisible({ timeout: 30_000 });
});
