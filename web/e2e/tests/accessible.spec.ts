import { accessible } from '../axe.ts';
import { expect, test, views } from '../fixtures.ts';

/** The states of preview/main.tsx that make a page of their own. */
const pages: Record<string, Record<string, string | number>> = {
  preview: { state: 'previewing' },
  joining: { state: 'joining' },
  'waiting for the host': { state: 'waitingForHost' },
  'waiting room': { state: 'waitingRoom' },
  'one tile': { tiles: 1 },
  'two tiles': { tiles: 2 },
  'five tiles': { tiles: 5 },
  'twenty-five tiles': { tiles: 25 },
  speaker: { tiles: 5, layout: 'speaker' },
  sharing: { tiles: 5, state: 'sharing' },
  'own share': { tiles: 5, state: 'ownSharing' },
  reconnecting: { tiles: 5, state: 'reconnecting' },
  'silenced sound': { tiles: 2, state: 'silent' },
  chat: { tiles: 5, panel: 'chat' },
  participants: { tiles: 25, panel: 'participants' },
  spotlights: { tiles: 5, spotlights: 2 },
  pins: { tiles: 5, pins: 1 },
  'focus mode': { tiles: 5, state: 'focus' },
  recording: { tiles: 6, state: 'recording', panel: 'participants' },
  'asked for a recording': { tiles: 5, state: 'asks' },
  'asked to unmute': { tiles: 2, state: 'unmute' },
  refusal: { state: 'failure3004' },
  removed: { state: 'removed' },
  ended: { state: 'endedByHost' },
};
/** What opens over a page: the button's name, and an entry of the menu it opens. */
const openings: [button: RegExp, entry?: RegExp][] = [
  [/^More meeting control/],
  [/^Leave$/],
  [/^Leave$/, /^Leave Meeting$/],
  [/^Host tools$/],
  [/^Host tools$/, /^Mute all$/],
  [/^Audio options$/],
  [/^Meeting information$/],
  [/^More meeting control/, /^Settings$/],
];
const clientOnly = new Set(['preview', 'refusal']);
const widths = { phone: { width: 390, height: 844 }, tablet: { width: 768, height: 1024 }, wide: { width: 1280, height: 800 }, large: { width: 2560, height: 1440 } };

for (const view of views) {
  for (const theme of ['light', 'dark'] as const) {
    for (const [name, viewport] of Object.entries(widths)) {
      test(`${view}, ${theme}, ${name}: no page hinders anybody`, async ({ preview, browser }) => {
        test.slow();
        const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
        const page = await context.newPage();
        for (const [what, query] of Object.entries(pages)) {
          if (view === 'component' && clientOnly.has(what)) continue;
          await page.goto(preview.address({ view, ...query }));
          await expect(page.locator('html[data-shown] .anteroom [class]').first(), what).toBeAttached();
          await accessible(page);
        }
        await page.goto(preview.address({ view, tiles: 5 }));
        for (const [button, entry] of openings) {
          const opener = page.getByRole('button', { name: button });
          if (!(await opener.isVisible())) continue;
          await opener.click();
          if (entry) await page.getByRole('menuitem', { name: entry }).click();
          await accessible(page);
          await page.keyboard.press('Escape');
        }
        await context.close();
      });
    }
  }
}
