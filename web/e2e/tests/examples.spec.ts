import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { PackedApp } from '../packed-app.ts';
import { Person } from '../person.ts';

const demo = 'Demo meeting';
const example = (name: string): string => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));

/** Fills in an example's form as its reader would. */
async function fillIn(page: Page, meeting: { number: string; password: string }, name: string): Promise<void> {
  await page.getByLabel('Meeting number').fill(meeting.number);
  await page.getByLabel('Passcode').fill(meeting.password);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
}

test('the plain HTML example meets another page', async ({ server, world, people, app }) => {
  const text = await readFile(example('plain-html/index.html'), 'utf8');
  expect(text).toContain('http://127.0.0.1:8080/');
  const address = app.serve('/plain-html', { body: text.replaceAll('http://127.0.0.1:8080', server.url) });
  const [kim, linus] = await Promise.all([people.open('client', { address }), people.open('component')]);
  await linus.enter(await world.joinOptions(demo, 'Linus'));
  await linus.startCamera();
  await fillIn(kim.page, world.meeting(demo), 'Kim');
  await kim.page.getByRole('button', { name: 'Join meeting', exact: true }).click();
  await expect.poll(() => linus.names()).toEqual(['Kim', 'Linus']);
  // The camera that the preview opened, or was opening, is on in the meeting.
  await expect(kim.button('stop my video')).toBeVisible();
  await bothSee(kim, linus);
});

test('the plain HTML example shows what is wrong with a number', async ({ server, people, app }) => {
  const text = await readFile(example('plain-html/index.html'), 'utf8');
  const address = app.serve('/plain-html', { body: text.replaceAll('http://127.0.0.1:8080', server.url) });
  const kim = await people.open('client', { address });
  await fillIn(kim.page, { number: 'abc', password: '' }, 'Kim');
  await expect(kim.page.getByRole('alert')).toContainText('meetingNumber');
});

test('the React example installs, compiles, builds, meets another page and comes back to its form', async ({ server, world, people, app }) => {
  test.setTimeout(180_000);
  const packed = await PackedApp.make(server.url, 'react19');
  try {
    for (const part of ['src', 'index.html', 'tsconfig.json']) await packed.copy(`../../examples/react/${part}`, part);
    await packed.tsc();
    const endpoint = JSON.stringify(`${server.url}/dev/v1/signature`);
    app.folder('/react/', await packed.build('/react/', ['index.html'], [react()], { 'import.meta.env.VITE_SIGNATURE_ENDPOINT': endpoint }));
    const [kim, linus] = await Promise.all([people.open('component', { address: `${app.origin}/react/index.html` }), people.open('component')]);
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    await linus.startCamera();

    await fillIn(kim.page, { ...world.meeting(demo), password: 'wrong' }, 'Kim');
    await expect(kim.page.getByRole('alert')).toContainText(/passcode/i);
    await kim.page.getByRole('button', { name: 'Back' }).click();

    await fillIn(kim.page, world.meeting(demo), 'Kim');
    await expect.poll(() => linus.names()).toEqual(['Kim', 'Linus']);
    await kim.startCamera();
    await bothSee(kim, linus);

    await kim.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await kim.page.getByRole('menuitem', { name: 'Leave Meeting' }).click();
    await expect(kim.page.getByLabel('Meeting number')).toBeVisible();
    await expect.poll(() => linus.names()).toEqual(['Linus']);
  } finally {
    await packed.dispose();
  }
});

/** Video goes both ways; the example's page exposes no roster, so the other page's is used. */
async function bothSee(kim: Person, linus: Person): Promise<void> {
  const found = (await linus.roster()).find((person) => person.userName === 'Kim');
  if (!found) throw new Error('Kim is not in the meeting');
  await linus.expectMovingVideo(found.userId);
  await kim.expectMovingVideo(await linus.userId());
}
