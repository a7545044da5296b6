import type { Locator } from '@playwright/test';
import { expect, test, views } from '../fixtures.ts';
import type { Person } from '../person.ts';

const demo = 'Demo meeting';
const open = 'Open door, no passcode';

/** Opens the list of participants, unless it is open. */
async function list(person: Person): Promise<Locator> {
  const panel = person.page.locator('.ar-panel--people');
  if (!(await panel.isVisible())) await person.page.locator('.footer-participants-button__toggle-button').click();
  await expect(panel).toBeVisible();
  return panel;
}

/** Chooses an entry of a participant's menu in the list. */
async function choose(person: Person, name: string, entry: string): Promise<void> {
  await (await list(person)).getByRole('button', { name: `Options for ${name}`, exact: true }).click();
  await person.page.getByRole('menuitem', { name: entry, exact: true }).click();
}

/** The entries of that menu. */
async function entries(person: Person, name: string): Promise<string[]> {
  await (await list(person)).getByRole('button', { name: `Options for ${name}`, exact: true }).click();
  const all = await person.page.getByRole('menuitem').allTextContents();
  await person.page.keyboard.press('Escape');
  return all;
}

/** Chooses an entry of the menu under the list. */
async function forEverybody(person: Person, entry: string): Promise<void> {
  await (await list(person)).getByRole('button', { name: 'More options for everyone', exact: true }).click();
  await person.page.locator('[role="menuitem"]:not([aria-disabled])', { hasText: entry }).click();
}

/** Turns a rule of the host tools over, and sees that the menu shows it. */
async function turn(person: Person, name: string, on: boolean): Promise<void> {
  await person.button('Host tools').click();
  const item = person.page.getByRole('menuitemcheckbox', { name, exact: true });
  await expect(item).toHaveAttribute('aria-checked', String(!on));
  await item.click();
  await expect(item).toHaveAttribute('aria-checked', String(on));
  await person.page.keyboard.press('Escape');
}

async function chooseChat(person: Person, name: string): Promise<void> {
  await person.button('Host tools').click();
  const item = person.page.getByRole('menuitemradio', { name, exact: true });
  await item.click();
  await expect(item).toHaveAttribute('aria-checked', 'true');
  await person.page.keyboard.press('Escape');
}

/** Who is on the large places of a page, in their order. */
async function large(person: Person): Promise<number[]> {
  return person.page.locator('.ar-speaker__main > .ar-tile').evaluateAll((tiles) => tiles.map((tile) => Number((tile as HTMLElement).dataset['userId'])));
}

/** The people who have a picture on a page. */
async function shown(person: Person): Promise<number[]> {
  const ids = await person.page.locator('.ar-stage [data-user-id]').evaluateAll((tiles) => tiles.map((tile) => Number((tile as HTMLElement).dataset['userId'])));
  return ids.sort((a, b) => a - b);
}

const seen = async (person: Person, userId: number): Promise<Record<string, unknown> | undefined> => (await person.roster()).find((a) => a.userId === userId);

for (const view of views) {
  test(`${view}: pins stay here, spotlights and focus mode are everybody's`, async ({ world, people }) => {
    test.slow();
    const [ada, grace, linus] = await Promise.all([people.open(view), people.open('client'), people.open('component')]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    const [adaId, graceId, linusId] = [await ada.userId(), await grace.userId(), await linus.userId()];
    const everybody = [adaId, graceId, linusId].sort((a, b) => a - b);
    await expect.poll(() => shown(ada)).toEqual(everybody);

    await test.step('pins', async () => {
      await choose(ada, 'Grace', 'Pin');
      await expect.poll(() => large(ada)).toEqual([graceId]);
      await choose(ada, 'Linus', 'Add pin');
      await expect.poll(() => large(ada)).toEqual([graceId, linusId]);
      await expect(ada.page.locator(`.ar-tile[data-user-id="${linusId}"] .ar-badge`).getByRole('img', { name: 'pinned' })).toBeVisible();
      expect(await large(grace)).not.toEqual([graceId, linusId]);
      await choose(ada, 'Ada', 'Replace pin');
      await expect.poll(() => large(ada)).toEqual([adaId]);
      await choose(ada, 'Ada', 'Unpin');
      expect(await grace.page.getByRole('img', { name: 'pinned' }).count()).toBe(0);
    });

    await test.step('spotlights', async () => {
      await choose(ada, 'Linus', 'Spotlight for everyone');
      for (const person of [ada, grace, linus]) await expect.poll(() => large(person), person.view).toEqual([linusId]);
      await choose(ada, 'Grace', 'Add spotlight');
      for (const person of [grace, linus]) await expect.poll(() => large(person), person.view).toEqual([linusId, graceId]);
      await expect(grace.page.locator(`.ar-tile[data-user-id="${linusId}"] .ar-badge`).getByRole('img', { name: 'spotlighted' })).toBeVisible();
      expect((await grace.events('onVideoOrder')).at(-1)).toMatchObject({ view: 'multi-speaker-view', multiSpeakerMainCurrent: [linusId, graceId], multiSpeakerActiveCurrent: [adaId] });
      await choose(ada, 'Ada', 'Replace spotlight');
      for (const person of [grace, linus]) await expect.poll(() => large(person), person.view).toEqual([adaId]);
      await choose(ada, 'Ada', 'Remove spotlight');
      await expect(grace.page.getByRole('img', { name: 'spotlighted' })).toHaveCount(0);
      expect(await entries(grace, 'Linus')).toEqual(['Send a message', 'Pin']);
    });

    await test.step('focus mode', async () => {
      await linus.startCamera();
      await grace.expectMovingVideo(linusId);
      await turn(ada, 'Focus mode', true);
      await expect(grace.page.getByText('Focus mode: you see only hosts')).toBeVisible();
      await expect.poll(() => shown(grace)).toEqual([adaId, graceId].sort((a, b) => a - b));
      await expect.poll(() => shown(ada)).toEqual(everybody);
      await ada.expectMovingVideo(linusId);
      await choose(ada, 'Linus', 'Spotlight for everyone');
      await expect.poll(() => shown(grace)).toEqual(everybody);
      await grace.expectMovingVideo(linusId);
      await choose(ada, 'Linus', 'Remove spotlight');
      await expect.poll(() => shown(grace)).toEqual([adaId, graceId].sort((a, b) => a - b));
      await ada.button('Turn off').click();
      await grace.expectMovingVideo(linusId);
      await expect(grace.page.getByText('Focus mode: you see only hosts')).toBeHidden();
    });
  });

  test(`${view}: the rules of the host tools bind the others`, async ({ world, people }) => {
    test.slow();
    const [ada, grace] = await Promise.all([people.open(view), people.open(view)]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    const graceId = await grace.userId();
    await expect(grace.button('Host tools')).toHaveCount(0);

    await test.step('mute all, hands, unmuting', async () => {
      await grace.startMicrophone();
      await expect.poll(async () => (await seen(ada, graceId))?.['muted']).toBe(false);
      await (await list(ada)).getByRole('button', { name: 'Mute all', exact: true }).click();
      await ada.page.getByRole('checkbox', { name: 'Participants may unmute themselves' }).uncheck();
      await ada.page.getByRole('dialog').getByRole('button', { name: 'Mute all', exact: true }).click();
      await expect(grace.button('unmute my microphone')).toBeVisible();
      await expect.poll(async () => (await seen(ada, graceId))?.['muted']).toBe(true);
      await grace.button('unmute my microphone').click();
      await expect(grace.page.locator('.ar-toast', { hasText: 'the host does not let participants unmute themselves' })).toBeVisible();
      await expect(grace.button('unmute my microphone')).toBeVisible();
      await forEverybody(ada, 'Ask all to unmute');
      await grace.page.getByRole('alertdialog').getByRole('button', { name: 'Unmute', exact: true }).click();
      await expect.poll(async () => (await seen(ada, graceId))?.['muted']).toBe(false);
      await choose(ada, 'Grace', 'Mute');
      await expect(grace.button('unmute my microphone')).toBeVisible();
      await turn(ada, 'Unmute themselves', true);
      await grace.button('unmute my microphone').click();
      await expect.poll(async () => (await seen(ada, graceId))?.['muted']).toBe(false);
      await grace.button('Reactions').click();
      await grace.page.getByRole('menuitem', { name: 'Raise hand', exact: true }).click();
      await expect.poll(async () => (await seen(ada, graceId))?.['bRaiseHand']).toBe(true);
      await forEverybody(ada, 'Lower all hands');
      await expect.poll(async () => (await seen(grace, graceId))?.['bRaiseHand']).toBe(false);
    });

    await test.step('names', async () => {
      await choose(grace, 'Grace', 'Rename…');
      await grace.page.getByRole('textbox', { name: 'Name' }).fill('Grace H');
      await grace.button('Rename').click();
      await expect.poll(async () => (await seen(ada, graceId))?.['userName']).toBe('Grace H');
      await turn(ada, 'Rename themselves', false);
      await expect.poll(() => entries(grace, 'Grace H')).toEqual(['Pin']);
      const refused = await grace.call('rename', ...(view === 'client' ? [{ userId: graceId, newName: 'Queen' }] : ['Queen', graceId]));
      expect(refused.error ?? refused.rejected).toMatchObject({ type: 'INSUFFICIENT_PRIVILEGES' });
      expect((await seen(ada, graceId))?.['userName']).toBe('Grace H');
    });

    await test.step('chat', async () => {
      await grace.page.locator('.footer-chat-button').click();
      await expect(grace.page.locator('.ar-panel textarea')).toBeVisible();
      await chooseChat(ada, 'No one');
      await expect(grace.page.getByText('The host has turned off chat.')).toBeVisible();
      await expect(grace.page.locator('.ar-panel textarea')).toHaveCount(0);
      await chooseChat(ada, 'Everyone');
      await expect(grace.page.locator('.ar-panel textarea')).toBeVisible();
    });

    await test.step('the door', async () => {
      await turn(ada, 'Lock meeting', true);
      const linus = await people.open('client');
      await linus.init({ isShowJoiningErrorDialog: false });
      expect((await linus.join(await world.joinOptions(demo, 'Linus'))).error).toMatchObject({ errorCode: 4006 });
      await turn(ada, 'Lock meeting', false);
      await linus.mustJoin(await world.joinOptions(demo, 'Linus'));
      await choose(ada, 'Linus', 'Put in waiting room');
      await expect(linus.page.getByText('The host moved you to the waiting room')).toBeVisible();
      await (await list(ada)).getByRole('button', { name: 'Admit Linus', exact: true }).click();
      await expect.poll(() => linus.names()).toEqual(['Ada', 'Grace H', 'Linus']);
      await choose(ada, 'Linus', 'Remove…');
      await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
      await expect.poll(() => grace.names()).toEqual(['Ada', 'Grace H']);
    });
  });

  test(`${view}: the host's role is made, withdrawn, handed on, taken back and left to a successor`, async ({ world, people }) => {
    test.slow();
    const [ada, grace, linus] = await Promise.all([people.open(view), people.open(view), people.open('client')]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    const [adaId, graceId, linusId] = [await ada.userId(), await grace.userId(), await linus.userId()];

    await choose(ada, 'Grace', 'Make co-host');
    await expect(grace.button('Host tools')).toBeVisible();
    await choose(ada, 'Grace', 'Withdraw co-host');
    await expect(grace.button('Host tools')).toHaveCount(0);
    await choose(ada, 'Grace', 'Make host');
    await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Make host', exact: true }).click();
    await expect.poll(async () => (await seen(linus, graceId))?.['isHost']).toBe(true);
    await choose(ada, 'Ada', 'Reclaim host');
    await expect.poll(async () => (await seen(linus, adaId))?.['isHost']).toBe(true);

    await linus.call('mediaCapturePermission', { operate: 'request' });
    await ada.button('Allow').click();
    await expect.poll(() => linus.events('onMediaCapturePermissionChange')).toEqual([{ allow: true }]);
    await linus.call('mediaCapture', { record: 'start' });
    // Not the texts for screen readers, which stay in the document.
    const badge = grace.page.locator('[role=status]:not(.ar-hidden)', { hasText: 'Linus is recording' });
    await expect(badge).toBeVisible();
    await choose(ada, 'Linus', 'Disallow recording');
    await expect(badge).toBeHidden();

    await ada.button('Leave').click();
    await ada.page.getByRole('menuitem', { name: 'Leave Meeting' }).click();
    await ada.page.getByRole('combobox', { name: 'New host' }).selectOption('Linus');
    await ada.button('Assign and leave').click();
    await expect.poll(async () => (await seen(grace, linusId))?.['isHost']).toBe(true);
    await expect.poll(() => grace.names()).toEqual(['Grace', 'Linus']);
    await linus.button('Leave').click();
    await linus.page.getByRole('menuitem', { name: 'Leave Meeting' }).click();
    await linus.button('End Meeting for All').click();
    // Component View leaves its element empty, and its app learns why.
    if (view === 'client') await expect(grace.page.getByText('The host has ended this meeting')).toBeVisible();
    else await expect.poll(async () => (await grace.events('connection-change')).at(-1)).toMatchObject({ state: 'Closed', errorCode: 4004 });
  });

  test(`${view}: whoever knows the host's key becomes the host`, async ({ world, people }) => {
    const [grace, linus] = await Promise.all([people.open(view), people.open('client')]);
    await grace.enter(await world.joinOptions(open, 'Grace'));
    await linus.enter(await world.joinOptions(open, 'Linus'));
    const graceId = await grace.userId();
    await choose(grace, 'Grace', 'Claim host…');
    const key = grace.page.getByRole('textbox', { name: 'Host key' });
    await key.fill('1');
    await grace.button('Claim host').click();
    await expect(grace.page.getByText('That host key is incorrect.')).toBeVisible();
    await key.fill(world.hostKey(world.meeting(open).host));
    await grace.button('Claim host').click();
    await expect.poll(async () => (await seen(linus, graceId))?.['isHost']).toBe(true);
    await expect(grace.button('Host tools')).toBeVisible();
    expect(await entries(linus, 'Linus')).not.toContain('Claim host…');
  });

  test(`${view}: in a webinar an attendee gets permission to talk, becomes a panelist and an attendee again`, async ({ world, people }) => {
    test.slow();
    const webinar = world.view.meetings.find((m) => m.number === world.view.defaults.webinarNumber)?.topic ?? '';
    const [ada, grace, linus] = await Promise.all([people.open(view), people.open(view), people.open(view === 'client' ? 'component' : 'client')]);
    await ada.enter({ ...(await world.hostOptions(webinar, 'Ada')), userEmail: world.meeting(webinar).host });
    await Promise.all([
      grace.enter({ ...(await world.joinOptions(webinar, 'Grace')), userEmail: 'grace@example.com' }),
      linus.enter({ ...(await world.joinOptions(webinar, 'Linus')), userEmail: 'linus@example.com' }),
    ]);
    const [adaId, graceId] = [await ada.userId(), await grace.userId()];
    await expect(grace.button('join audio')).toHaveCount(0);
    await ada.startCamera();
    await ada.startMicrophone();
    for (const attendee of [grace, linus]) {
      await attendee.expectMovingVideo(adaId);
      await attendee.expectAudio();
    }
    expect(await linus.names()).toEqual(['Ada', 'Linus']);
    await ada.button('mute my microphone').click();
    await choose(ada, 'Grace', 'Allow to talk');
    await grace.startMicrophone();
    await linus.expectAudio();
    await ada.expectAudio();
    await expect(grace.button('start my video')).toHaveCount(0);
    await choose(ada, 'Grace', 'Disallow talking');
    await expect(grace.button('mute my microphone')).toHaveCount(0);
    await expect.poll(() => linus.names()).toEqual(['Ada', 'Linus']);
    await choose(ada, 'Grace', 'Make panelist');
    await grace.startCamera();
    await ada.expectMovingVideo(graceId);
    await linus.expectMovingVideo(graceId);
    await choose(ada, 'Grace', 'Make attendee');
    await expect(grace.button('stop my video')).toHaveCount(0);
    await expect.poll(() => linus.frames(graceId)).toBe(0);
    await linus.expectMovingVideo(adaId);
    await expect.poll(() => shown(ada)).toEqual([adaId]);
  });
}
