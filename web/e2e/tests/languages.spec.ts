import { accessible } from '../axe.ts';
import { expect, test, views } from '../fixtures.ts';
import type { Fields, Person } from '../person.ts';

test.use({ sharedServer: true });

const demo = 'Demo meeting';
/** Texts that everybody reads in a meeting, and the title of a refused join. */
const languages: Record<string, { leave: string; participants: string; refused: string; again: string }> = {
  'de-DE': { leave: 'Verlassen', participants: 'Teilnehmer', refused: 'Sie konnten dem Meeting nicht beitreten', again: 'Fehlercode' },
  'es-ES': { leave: 'Salir', participants: 'Participantes', refused: 'No ha podido entrar en la reunión', again: 'Código de error' },
  'fr-FR': { leave: 'Quitter', participants: 'Participants', refused: 'Vous n’avez pas pu rejoindre la réunion', again: 'Code d’erreur' },
  'ja-JP': { leave: '退出', participants: '参加者', refused: 'ミーティングに参加できませんでした', again: 'エラーコード' },
  'vi-VN': { leave: 'Rời', participants: 'Người tham gia', refused: 'Bạn không thể tham gia cuộc họp', again: 'Mã lỗi' },
  'zh-CN': { leave: '离开', participants: '参会者', refused: '您未能加入会议', again: '错误代码' },
};

interface I18n {
  load(first: unknown, second?: string): Promise<unknown>;
  getCurrentLang(): string;
}

/** Client View's dictionaries, as an app calls them. */
async function load(person: Person, first: unknown, second?: string): Promise<void> {
  await person.page.evaluate(([a, b]) => (window as unknown as { ZoomMtg: { i18n: I18n } }).ZoomMtg.i18n.load(a, ...(b === undefined ? [] : [b])), [first, second] as const);
}

/** Initialises a view in a language, in the way of that view. */
async function start(person: Person, language: string, options: Fields = {}): Promise<void> {
  if (person.view === 'client') await load(person, language);
  await person.init(person.view === 'client' ? options : { ...options, language });
}

for (const view of views) {
  for (const [language, texts] of Object.entries(languages)) {
    test(`${view} in ${language}: the meeting is translated`, async ({ world, people }) => {
      const person = await people.open(view, { reducedMotion: 'reduce' });
      await start(person, language);
      await person.mustJoin(await world.joinOptions(demo, 'Ada'));
      await expect(person.page.locator('.anteroom')).toHaveAttribute('lang', language);
      await expect(person.page.getByRole('button', { name: texts.leave, exact: true })).toBeVisible();
      await accessible(person.page);
    });
  }
}

for (const [language, texts] of Object.entries(languages)) {
  test(`${language}: a refusal is shown to the user in their language, and reported to the app in the contract's`, async ({ world, people }) => {
    const person = await people.open('client', { reducedMotion: 'reduce' });
    await start(person, language);
    const outcome = await person.join({ ...(await world.joinOptions(demo, 'Ada')), password: 'wrong' });
    expect(outcome.error).toMatchObject({ errorCode: 3004, errorMessage: expect.stringMatching(/^[\x20-\x7e]+$/) });
    const dialog = person.page.getByRole('alertdialog', { name: texts.refused });
    await expect(dialog).toBeVisible();
    await expect(dialog).toContainText(texts.again);
    await accessible(person.page);
  });
}

test('the files of every language are served', async ({ server }) => {
  for (const [language, texts] of Object.entries(languages)) {
    const answer = await fetch(`${server.url}/6.2.0/lib/lang/${language}.json`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ 'leave.short': texts.leave, 'refusal.title': texts.refused });
  }
  const files = await Promise.all(['zh-TW', 'jp-JP', 'ko-KO', 'it-IT'].map(async (name) => (await fetch(`${server.url}/6.2.0/lib/lang/${name}.json`)).json() as Promise<Fields>));
  expect(files.map((texts) => texts['leave.short'])).toEqual(['離開', '退出', '나가기', 'Esci']);
});

test('Client View: an unknown language causes one warning and English texts; the language can change in a meeting; it is saved', async ({ world, people }) => {
  const person = await people.open('client');
  const notes: string[] = [];
  person.page.on('console', (message) => message.text().includes('there are no texts for the language') && notes.push(message.text()));
  await start(person, 'xx-YY');
  await person.mustJoin(await world.joinOptions(demo, 'Ada'));
  await expect(person.button('Leave')).toBeVisible();
  await expect(person.page.locator('.anteroom')).toHaveAttribute('lang', 'en-US');
  expect(notes).toHaveLength(1);

  await person.page.evaluate(() => void (window as unknown as { ZoomMtg: { reRender(o: Fields): void } }).ZoomMtg.reRender({ lang: 'fr-FR' }));
  await expect(person.button('Quitter')).toBeVisible();
  await load(person, { 'leave.short': 'Raus hier' }, 'de-DE');
  await expect(person.button('Raus hier')).toBeVisible();
  await expect(person.page.getByRole('toolbar', { name: 'Meeting-Steuerung' }).or(person.page.getByLabel('Meeting-Steuerung')).first()).toBeVisible();
  expect((await person.context.cookies()).find((cookie) => cookie.name === '_zm_lang')?.value).toBe('de-DE');
  await person.page.reload();
  expect(await person.page.evaluate(() => (window as unknown as { ZoomMtg: { i18n: I18n } }).ZoomMtg.i18n.getCurrentLang())).toBe('de-DE');
});

test('Component View: an app changes texts in a meeting', async ({ world, people }) => {
  const person = await people.open('component');
  await start(person, 'ja-JP');
  await person.mustJoin(await world.joinOptions(demo, 'Ada'));
  await person.call('updateLanguageTranslation', 'ja-JP', { 'leave.short': 'またね' });
  await expect(person.button('またね')).toBeVisible();
});

for (const view of views) {
  test(`${view}: a page from right to left has a mirrored view`, async ({ preview, page }) => {
    const sides = async (dir: 'ltr' | 'rtl'): Promise<Record<string, 'left' | 'right'>> => {
      await page.goto(preview.address({ view, tiles: 5, dir, panel: 'participants' }));
      const whole = await page.locator(view === 'client' ? '.anteroom' : '.ar-widget').first().boundingBox();
      const side = async (selector: string): Promise<'left' | 'right'> => {
        await expect(page.locator(selector).first()).toBeVisible();
        const box = await page.locator(selector).first().boundingBox();
        const middle = (whole?.x ?? 0) + (whole?.width ?? 0) / 2;
        return (box?.x ?? 0) + (box?.width ?? 0) / 2 < middle ? 'left' : 'right';
      };
      return { leave: await side('.footer__leave-btn'), ...(view === 'client' ? { panel: await side('.ar-panel') } : {}) };
    };
    const usual = await sides('ltr');
    const mirrored = await sides('rtl');
    expect(usual['leave']).toBe('right');
    expect(mirrored['leave']).toBe('left');
    if (view === 'client') expect([usual['panel'], mirrored['panel']]).toEqual(['right', 'left']);
    await accessible(page);
  });
}

for (const view of views) {
  test(`${view}: long texts fit at 320 px`, async ({ preview, page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const states = view === 'client' ? ['inMeeting', 'previewing', 'failure3004', 'waitingForHost', 'unmute'] : ['inMeeting', 'waitingForHost', 'unmute'];
    for (const lang of ['de-DE', 'vi-VN', 'fr-FR']) {
      for (const state of states) {
        await page.goto(preview.address({ view, tiles: 3, lang, state }));
        await expect(page.locator('.anteroom')).toHaveAttribute('lang', lang);
        await expect(page.locator('.anteroom button:visible').first()).toBeVisible();
        const outside = await page.locator('.anteroom button:visible').evaluateAll((buttons) =>
          buttons
            .filter((button) => {
              const { left, right } = button.getBoundingClientRect();
              // Badges overflow the toolbar buttons on purpose; their texts must not.
              return left < 0 || right > innerWidth || (button.classList.contains('ar-button') && button.scrollWidth > button.clientWidth);
            })
            .map((button) => button.textContent || button.getAttribute('aria-label')),
        );
        expect(outside, `${lang}, ${state}`).toEqual([]);
      }
    }
  });
}
