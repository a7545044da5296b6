import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import type { Fields } from '../person.ts';

const demo = 'Demo meeting';

// People come and go; each test looks at pages of its own only.
test.use({ sharedServer: true });

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const info = async (page: Page) => {
  await button(page, 'Meeting information').click();
  return page.getByRole('dialog', { name: 'Meeting information' });
};

/** An option and its effect: what is so without it, and what is so with it. */
interface Effect {
  option: Fields;
  without: (page: Page) => Promise<unknown>;
  with: (page: Page) => Promise<unknown>;
}

const gone = (name: string | RegExp) => ({
  without: (page: Page) => expect(button(page, name).first()).toBeVisible(),
  with: (page: Page) => expect(button(page, name)).toHaveCount(0),
});

const clientEffects: Effect[] = [
  { option: { showMeetingHeader: false }, without: (page) => expect(page.locator('.meeting-info-container')).toBeVisible(), with: (page) => expect(page.locator('.meeting-info-container')).toHaveCount(0) },
  { option: { isSupportAV: false }, ...gone(/^(?:unmute my microphone|start my video)$/) },
  { option: { disableJoinAudio: true }, ...gone('unmute my microphone') },
  { option: { disableVoIP: true }, ...gone('unmute my microphone') },
  { option: { isSupportChat: false }, ...gone(/^Open the chat/) },
  { option: { screenShare: false }, ...gone('Share Screen') },
  { option: { isSupportNonverbal: false }, ...gone('Reactions') },
  {
    option: { audioPanelAlwaysOpen: true },
    without: (page) => expect(button(page, 'Join audio by computer')).toHaveCount(0),
    with: async (page) => {
      await button(page, 'Join audio by computer').click();
      await expect(button(page, 'mute my microphone')).toBeVisible();
      await expect(button(page, 'Join audio by computer')).toHaveCount(0);
    },
  },
  {
    option: { isLockBottom: false },
    without: (page) => expect(page.locator('#meeting-app')).not.toHaveClass(/unlocked/),
    with: async (page) => {
      await expect(page.locator('#wc-footer')).toBeHidden();
      await page.mouse.move(300, 200);
      await page.mouse.move(320, 220);
      await expect(page.locator('#wc-footer')).toBeVisible();
    },
  },
  {
    option: { disableInvite: true },
    without: async (page) => {
      await expect((await info(page)).getByText('Copy invitation')).toBeVisible();
      await page.keyboard.press('Escape');
    },
    with: async (page) => expect((await info(page)).getByText('Copy invitation')).toHaveCount(0),
  },
  {
    option: { meetingInfo: ['mn'] },
    without: async (page) => {
      await expect((await info(page)).getByText('Encryption')).toBeVisible();
      await page.keyboard.press('Escape');
    },
    with: async (page) => {
      await expect((await info(page)).getByText('Meeting number')).toBeVisible();
      await expect(page.getByRole('dialog').getByText('Encryption')).toHaveCount(0);
    },
  },
  {
    option: { defaultView: 'gallery' },
    without: (page) => expect(page.locator('.gallery-video-container__main-view')).toHaveCount(0),
    with: (page) => expect(page.locator('.gallery-video-container__main-view')).toBeVisible(),
  },
  {
    option: { videoHeader: false },
    without: (page) => expect(page.locator('[data-user-id]').getByText('Grace').first()).toBeVisible(),
    with: (page) => expect(page.locator('[data-user-id]').getByText('Grace')).toHaveCount(0),
  },
];

test.describe('options of init in client view', () => {
  test('without any, everything is there', async ({ world, people }) => {
    const person = await people.open('client');
    await person.enter(await world.joinOptions(demo, 'Grace'));
    for (const effect of clientEffects) await test.step(Object.keys(effect.option).join(), () => effect.without(person.page));
  });

  for (const effect of clientEffects) {
    test(JSON.stringify(effect.option), async ({ world, people }) => {
      const person = await people.open('client');
      await person.enter(await world.joinOptions(demo, 'Grace'), effect.option);
      await effect.with(person.page);
    });
  }

  test('disablePreview: false shows the devices before the join', async ({ world, people }) => {
    const person = await people.open('client');
    await person.init({ disablePreview: false });
    const joined = person.join(await world.joinOptions(demo, 'Grace'));
    await person.page.locator('#pc-join').click();
    expect(await joined).toHaveProperty('success');
  });

  test('enableWaitingRoomPreview: devices can be tested while waiting, unless the app disables it', async ({ world, people }) => {
    const trial = 'Test camera and microphone';
    const [grace, linus] = await Promise.all([people.open('client'), people.open('client')]);
    await grace.init();
    await grace.join(await world.joinOptions('Only after the host', 'Grace'));
    await button(grace.page, trial).click();
    const picture = grace.page.getByLabel('Your video');
    await expect.poll(() => picture.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
    await button(grace.page, 'End test').click();
    await expect(picture).toHaveCount(0);
    await linus.init({ enableWaitingRoomPreview: false });
    await linus.join(await world.joinOptions('Only after the host', 'Linus'));
    await expect(linus.page.getByText('Waiting for the host to start the meeting')).toBeVisible();
    await expect(button(linus.page, trial)).toHaveCount(0);
  });

  test('inviteUrlFormat makes the link of the invitation', async ({ world, people }) => {
    const person = await people.open('client', { permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'] });
    const options = await world.joinOptions(demo, 'Grace');
    await person.enter(options, { inviteUrlFormat: 'https://app.example/join/{0}?code={1}' });
    await (await info(person.page)).getByText('Copy invitation').click();
    const link = `https://app.example/join/${options.meetingNumber}?code=${encodeURIComponent(options.password ?? '')}`;
    await expect.poll(() => person.page.evaluate(() => navigator.clipboard.readText())).toContain(link);
  });

  test('externalLinkPage stands before links in chats', async ({ world, people }) => {
    const person = await people.open('client');
    await person.enter(await world.joinOptions(demo, 'Grace'), { externalLinkPage: './externalLinkPage.html' });
    await person.sendChat('see https://example.org/a?b=c');
    await button(person.page, /^Open the chat/).click();
    const link = person.page.getByRole('log').getByRole('link', { name: 'https://example.org/a?b=c' });
    await expect(link).toHaveAttribute('href', `${new URL(person.page.url()).origin}/externalLinkPage.html?ref=${encodeURIComponent('https://example.org/a?b=c')}`);
  });

  test('enableHD: false sends a small picture', async ({ world, people }) => {
    const [small, large] = await Promise.all([people.open('client'), people.open('client')]);
    const height = async (person: typeof small) => {
      await person.startCamera();
      const own = person.page.locator(`[data-user-id="${await person.userId()}"] video`).first();
      await expect.poll(() => own.evaluate((video: HTMLVideoElement) => video.videoHeight)).toBeGreaterThan(0);
      return own.evaluate((video: HTMLVideoElement) => video.videoHeight);
    };
    await small.enter(await world.joinOptions(demo, 'Grace'), { enableHD: false });
    await large.enter(await world.joinOptions(demo, 'Linus'), { disablePictureInPicture: true });
    expect(await height(small)).toBeLessThanOrEqual(360);
    expect(await height(large)).toBeGreaterThan(360);
    const floats = (person: typeof small) => person.page.locator('video-player video').first().evaluate((video: HTMLVideoElement) => !video.disablePictureInPicture);
    expect([await floats(small), await floats(large)]).toEqual([true, false]);
  });

  test('options without effect, and misspelt ones, cause one warning each and break nothing', async ({ world, people }) => {
    const person = await people.open('client');
    const events: string[] = [];
    person.page.on('console', (message) => events.push(message.text()));
    await person.enter(await world.joinOptions(demo, 'Grace'), { isSupportQA: true, isSupportCC: false, disableRecord: true, showMeetingHeadr: false });
    const about = (name: string) => events.filter((line) => line.includes(name));
    expect(about('isSupportQA')).toEqual([expect.stringContaining('polls and Q&A are not available')]);
    expect(about('showMeetingHeadr')).toEqual([expect.stringContaining('did you mean "showMeetingHeader"')]);
    expect([...about('isSupportCC'), ...about('disableRecord')]).toEqual([]);
  });
});

test.describe('shared screens in client view', () => {
  test.use({ sharedServer: false });

  test('sharingMode and showPureSharingContent', async ({ world, people }) => {
    const [ada, both, fit, pure] = await Promise.all([people.open('client'), people.open('client'), people.open('client'), people.open('client')]);
    await ada.enter(await world.hostOptions(demo, 'Ada'));
    await both.enter(await world.joinOptions(demo, 'Grace'));
    await fit.enter(await world.joinOptions(demo, 'Linus'), { sharingMode: 'fit' });
    await pure.enter(await world.joinOptions(demo, 'Barbara'), { showPureSharingContent: true });
    await ada.page.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1600 });
      const draw = canvas.getContext('2d');
      setInterval(() => {
        if (!draw) return;
        draw.fillStyle = `hsl(${Date.now() % 360} 60% 50%)`;
        draw.fillRect(0, 0, 2400, 1600);
      }, 100);
      navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(canvas.captureStream(10));
    });
    await button(ada.page, 'Share Screen').click();
    const screen = (page: Page) => page.locator('video[aria-label="Screen share"]');
    for (const person of [both, fit, pure]) await expect(screen(person.page)).toBeVisible();
    await button(both.page, 'Original size').click();
    await expect(button(both.page, 'Fit to window')).toBeVisible();
    await expect(both.page.locator('.ar-share__screen')).toHaveCSS('overflow', 'auto');
    await expect(fit.page.getByText('Ada is sharing', { exact: true })).toBeVisible();
    await expect(button(fit.page, 'Original size')).toHaveCount(0);
    await expect(pure.page.getByText('Ada is sharing', { exact: true })).toHaveCount(0);
    await expect(pure.page.locator('#wc-content [data-user-id]')).toHaveCount(0);
  });
});

/** A box of the page as whole pixels. */
const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  return box && { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width), height: Math.round(box.height) };
};

const placed = { anchorReference: 'anchorPosition', anchorPosition: { top: 20, left: 30 } };

const componentEffects: { customize: Fields; effect: (page: Page) => Promise<unknown> }[] = [
  { customize: { toolbar: { buttons: [{ text: 'Own entry', className: 'own-entry', onClick: null }] } }, effect: async (page) => {
    await button(page, /^More meeting control/).click();
    await page.locator('.own-entry').click();
    expect(await page.evaluate(() => (window as unknown as { clicked?: number }).clicked)).toBe(1);
  } },
  { customize: { meetingInfo: ['mn'] }, effect: async (page) => {
    await expect((await info(page)).getByText('Meeting number')).toBeVisible();
    await expect(page.getByRole('dialog').getByText('Encryption')).toHaveCount(0);
  } },
  { customize: { video: { viewSizes: { default: { width: 640, height: 360 } } } }, effect: async (page) => expect.poll(async () => (await boxOf(page, '.ar-widget'))?.width).toBe(640) },
  { customize: { video: { defaultViewType: 'ribbon', viewSizes: { ribbon: { width: 300, height: 400 } } } }, effect: async (page) => expect.poll(async () => (await boxOf(page, '.ar-widget'))?.width).toBe(300) },
  { customize: { video: { defaultViewType: 'gallery' } }, effect: (page) => expect(page.locator('[id^=suspension-view-tabpanel-gallery]')).toBeVisible() },
  { customize: { video: { isResizable: false } }, effect: (page) => expect(page.locator('.react-resizable')).toHaveCount(0) },
  { customize: { video: { popper: { disableDraggable: true } } }, effect: (page) => expect(page.locator('.react-draggable')).toHaveCount(0) },
  { customize: { video: { popper: { anchorPosition: { top: 20, left: 30 } } } }, effect: (page) => expect(page.locator('.ar-widget')).toHaveCSS('left', '30px') },
  { customize: { chat: { popper: placed } }, effect: async (page) => {
    await button(page, /^Open the chat/).click();
    await expect.poll(async () => (await boxOf(page, '.ar-popper'))?.x).toBe(30);
  } },
  { customize: { participants: { popper: placed } }, effect: async (page) => {
    await button(page, /^Open the participants|participants/i).first().click();
    await expect.poll(async () => (await boxOf(page, '.ar-popper'))?.y).toBe(20);
  } },
  { customize: { setting: { popper: placed } }, effect: async (page) => {
    await button(page, /^More meeting control/).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await expect.poll(async () => (await boxOf(page, '.ar-dialog'))?.x).toBe(30);
  } },
  { customize: { meeting: { popper: placed } }, effect: async (page) => {
    await info(page);
    await expect.poll(async () => (await boxOf(page, '.ar-info'))?.x).toBe(30);
  } },
];

test.describe('customize in component view', () => {
  test('without any, the usual', async ({ world, people }) => {
    const grace = await people.open('component');
    await grace.enter(await world.joinOptions(demo, 'Grace'));
    await expect(grace.page.locator('.react-resizable')).toHaveCount(1);
    expect((await boxOf(grace.page, '.ar-widget'))?.width).not.toBe(640);
    await expect((await info(grace.page)).getByText('Encryption')).toBeVisible();
  });

  for (const { customize, effect } of componentEffects) {
    test(JSON.stringify(customize), async ({ world, people }) => {
      const person = await people.open('component');
      // Functions do not travel to the page: the entry of the menu gets its own there.
      await person.page.evaluate((given) => {
        const { app } = window as unknown as { app: { init(o: unknown): Promise<unknown> } };
        const buttons = (given as { toolbar?: { buttons: Record<string, unknown>[] } }).toolbar?.buttons ?? [];
        for (const entry of buttons) entry['onClick'] = () => Object.assign(window, { clicked: 1 });
        return app.init({ customize: given });
      }, customize);
      await person.mustJoin(await world.joinOptions(demo, 'Grace'));
      await effect(person.page);
    });
  }

  test('chat.notificationCls places the notice of a message; a click opens the chat', async ({ world, people }) => {
    const [grace, ada] = await Promise.all([people.open('component'), people.open('client')]);
    await grace.enter(await world.joinOptions(demo, 'Grace'), { customize: { chat: { notificationCls: { top: 12, right: 16 } } } });
    await ada.enter(await world.joinOptions(demo, 'Ada'));
    await ada.sendChat('<b>hello</b> to the widget');
    const notice = grace.page.locator('.ar-chat-notice');
    await expect(notice).toContainText('<b>hello</b> to the widget');
    await expect.poll(async () => (await boxOf(grace.page, '.ar-chat-notice'))?.y).toBe(12);
    await notice.getByRole('button', { name: /Message from Ada/ }).click();
    await expect(grace.page.getByRole('log').getByText('hello')).toBeVisible();
    await expect(notice).toHaveCount(0);
  });

  test('maximumVideosInGalleryView pages the gallery', async ({ world, people }) => {
    const [grace, ada] = await Promise.all([people.open('component'), people.open('component')]);
    await ada.enter(await world.joinOptions(demo, 'Ada'));
    await grace.enter(await world.joinOptions(demo, 'Grace'), { maximumVideosInGalleryView: 1, customize: { video: { defaultViewType: 'gallery' } } });
    await expect(grace.page.locator('[id^=suspension-view-tabpanel-gallery] [data-user-id]')).toHaveCount(1);
    await expect(grace.page.locator('.gallery-video-container__switch-button').first()).toBeVisible();
  });
});
