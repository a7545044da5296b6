import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { expect, test, views } from '../fixtures.ts';
import { hostile } from '../hostile-styles.ts';

const { resolve } = createRequire(import.meta.url);
const sheet = (path: string) => readFile(resolve(path), 'utf8');

test.use({ reducedMotion: 'reduce' } as object);

/** Serves the page of a made-up meeting with a style sheet of its app. */
async function styled(page: Page, address: string, css: string): Promise<void> {
  await page.unroute('**/preview/index.html*');
  await page.route('**/preview/index.html*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('</head>', () => `<style>${css}</style></head>`) });
  });
  await page.goto(address);
  await page.locator('html[data-shown]').waitFor({ state: 'attached' });
}

/** Two frames, after which what depends on measured sizes is drawn. */
const settled = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));

/** Everything in the view when it is at rest: where it is, relative to the view, and how it looks. */
async function looks(page: Page): Promise<string[]> {
  await page.mouse.move(0, 0);
  let before: string[] = [];
  for (;;) {
    await settled(page);
    const now = await seen(page);
    if (now.join() === before.join()) return now;
    before = now;
  }
}

function seen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const host = document.querySelector('.anteroom') as HTMLElement;
    const origin = host.getBoundingClientRect();
    return [...host.querySelectorAll('*')].map((element) => {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const place = [box.left - origin.left, box.top - origin.top, box.width, box.height].map((length) => Math.round(length)).join(' ');
      const before = getComputedStyle(element, '::before').content;
      const name = `${element.localName}.${element.getAttribute('class') ?? ''}`;
      return [name, place, style.display, style.color, style.backgroundColor, style.font, style.letterSpacing, style.textTransform, style.textShadow, style.opacity, style.pointerEvents, style.cursor, style.fill, style.borderTopWidth, before].join(' | ');
    });
  });
}

/** The first elements that have moved or look different. */
function differences(before: Record<string, string[]>, after: Record<string, string[]>): string[] {
  const all = Object.entries(before).flatMap(([name, rows]) => rows.flatMap((row, i) => (row === after[name]?.[i] ? [] : [`${name}\n  ${row}\n  ${after[name]?.[i]}`])));
  return all.slice(0, 5);
}

for (const view of views) {
  test(`${view} view: the styles of an app's page change nothing inside, in any panel, card, menu or dialog`, async ({ page, preview }) => {
    test.slow();
    const frame = view === 'client' ? '#zmmtg-root { position: fixed; left: 0; top: 0; width: 1200px; height: 700px; }' : '#app { position: absolute; left: 0; top: 0; width: 1000px; height: 760px; margin: 0; padding: 0; float: none; } #app > p { display: none; }';
    const sheets: Record<string, string> = {
      Bootstrap: await sheet('bootstrap/dist/css/bootstrap.css'),
      'Tailwind 4': await sheet('tailwindcss/preflight.css'),
      'Tailwind 3': await sheet('@unocss/reset/tailwind.css'),
      Bulma: await sheet('bulma/css/bulma.css'),
      'reset by Eric Meyer': await sheet('@unocss/reset/eric-meyer.css'),
      hostile,
    };
    const address = (query: Record<string, string | number>) => preview.address({ view, tiles: 5, layout: 'gallery', width: 900, ...query });
    const button = (name: RegExp) => page.getByRole('button', { name }).first();
    const scenes: Record<string, () => Promise<string[]>> = {
      participants: async () => [...(await looks(page)), ...(await button(/^Meeting information$/).click(), await looks(page))],
      chat: async () => [...(await looks(page)), ...(await button(/^Host tools$/).click(), await looks(page))],
    };
    const all = async (css: string): Promise<Record<string, string[]>> => {
      const seen: Record<string, string[]> = {};
      for (const [panel, name] of Object.entries(scenes)) {
        await styled(page, address({ panel }), `${css}\n${frame}`);
        seen[panel] = await name();
      }
      await styled(page, address({ layout: 'speaker' }), `${css}\n${frame}`);
      await button(/^More meeting control/).click();
      await page.getByRole('menuitem', { name: 'Settings' }).click();
      for (const tab of ['Audio', 'Keyboard']) {
        await page.getByRole('tab', { name: tab }).click();
        seen[tab] = await looks(page);
      }
      return seen;
    };
    const plain = await all('');
    expect(plain['participants']?.length).toBeGreaterThan(150);
    for (const [name, css] of Object.entries(sheets)) expect.soft(differences(plain, await all(css)), name).toEqual([]);
  });
}

/** How a button looks under the pointer. */
async function pointedAt(page: Page, selector: string): Promise<string> {
  const button = page.locator(selector).first();
  await button.hover();
  await settled(page);
  return button.evaluate((element) => {
    const { color, backgroundColor, textDecorationLine } = getComputedStyle(element);
    return [element.matches(':hover'), color, backgroundColor, textDecorationLine].join(' | ');
  });
}

test('the styles of an app\'s page change nothing under the pointer, but for what has a name it knows', async ({ page, preview }) => {
  const scenes: [query: Record<string, string | number>, selectors: string[]][] = [
    [{ view: 'client' }, ['.ar-tool', '.footer__leave-btn', '.ar-header button', '.ar-view-button']],
    [{ view: 'client', panel: 'chat' }, ['.ar-panel__head button', '.ar-menu__item']],
    [{ view: 'client', state: 'unmute' }, ['.ar-dialog .zm-btn', '.ar-dialog .zm-btn--primary']],
    [{ view: 'component', width: 800 }, ['.ar-widget__head .ar-named', '.ar-tool', '.ar-widget__head .ar-icon-button']],
  ];
  const all = async (css: string): Promise<string[]> => {
    const seen: string[] = [];
    for (const [query, selectors] of scenes) {
      await styled(page, preview.address({ tiles: 3, ...query }), css);
      for (const selector of selectors) {
        if (selector === '.ar-menu__item') await page.getByRole('button', { name: /^More meeting control/ }).click();
        seen.push(`${selector}: ${await pointedAt(page, selector)}`);
      }
    }
    return seen;
  };
  const plain = await all('');
  expect(plain.filter((row) => !row.includes(': true |'))).toEqual([]);
  expect(await all(hostile)).toEqual(plain);
  await styled(page, preview.address({ view: 'client', tiles: 3 }), '.leave-btn:hover { background: rgb(4, 5, 6); }');
  expect(await pointedAt(page, '.leave-btn')).toContain('rgb(4, 5, 6)');
});

test('an app styles by id and by class what has a name it knows', async ({ page, preview }) => {
  const css = `
    #wc-footer { background: rgb(1, 2, 3); }
    #wc-content { padding: 50px; }
    .leave-btn { background: rgb(4, 5, 6); border-radius: 0; }
    .footer-button-base__button { color: rgb(7, 8, 9); }
    .meeting-info-container__wrapper { display: none; }
    .gallery-video-container__main-view { outline: 3px solid rgb(1, 1, 1); }
    .zoom-MuiButton-root { color: rgb(7, 8, 9); }
    .zoom-MuiToolbar-root { background: rgb(1, 2, 3); }`;
  const style = (selector: string, property: string) => page.locator(selector).first().evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  await styled(page, preview.address({ view: 'client', tiles: 5 }), css);
  expect(await style('#wc-footer', 'background-color')).toBe('rgb(1, 2, 3)');
  expect(await style('#wc-content', 'padding-left')).toBe('50px');
  expect(await style('.leave-btn', 'background-color')).toBe('rgb(4, 5, 6)');
  expect(await style('.leave-btn', 'border-radius')).toBe('0px');
  expect(await style('.send-video-container__btn', 'color')).toBe('rgb(7, 8, 9)');
  expect(await style('.meeting-info-container__wrapper', 'display')).toBe('none');
  expect(await style('.gallery-video-container__main-view', 'outline-width')).toBe('3px');
  await styled(page, preview.address({ view: 'component', tiles: 5 }), css);
  expect(await style('.zoom-MuiToolbar-root', 'background-color')).toBe('rgb(1, 2, 3)');
  expect(await style('button[title="Gallery View"]', 'color')).toBe('rgb(7, 8, 9)');
});

type Box = [left: number, top: number, width: number, height: number];
const boxOf = (page: Page, selector: string) =>
  page.locator(selector).first().evaluate((element): Box => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [Math.round(left), Math.round(top), Math.round(width), Math.round(height)];
  });

/** Nothing one needs is outside of the view, or has no size. */
async function usable(page: Page, around: Box): Promise<void> {
  for (const selector of ['#wc-footer', '.footer__leave-btn', '.ar-tile', '#wc-content']) {
    const [left, top, width, height] = await boxOf(page, selector);
    expect(width * height, `${selector} has a size`).toBeGreaterThan(100);
    expect(left >= around[0] - 1 && top >= around[1] - 1 && left + width <= around[0] + around[2] + 1 && top + height <= around[1] + around[3] + 1, `${selector} is inside`).toBe(true);
  }
}

test('client view lives inside its root, whatever its size', async ({ page, preview }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const page1280: Box = [0, 0, 1280, 800];
  const roots: [css: string, box: Box][] = [
    ['', page1280],
    ['#zmmtg-root { margin-top: 64px; height: calc(100% - 64px) !important; }', [0, 64, 1280, 736]],
    ['html, body { height: 100%; } #zmmtg-root { margin-top: 64px; height: calc(100% - 64px) !important; }', [0, 64, 1280, 736]],
    ['#zmmtg-root { position: absolute; left: 100px; top: 50px; width: 640px; height: 480px; }', [100, 50, 640, 480]],
    ['#zmmtg-root { width: 640px; height: 480px; margin: 10px; }', [10, 10, 640, 480]],
    ['#zmmtg-root { position: relative; }', page1280],
    ['#zmmtg-root { padding: 20px; }', page1280],
    ['#zmmtg-root { position: fixed; inset: auto 0 0 auto; width: 320px; height: 400px; }', [960, 400, 320, 400]],
    ['body { display: flex; flex-direction: column; height: 100vh; } body::before { content: ""; flex: 0 0 90px; } #zmmtg-root { flex: 1; }', [0, 90, 1280, 710]],
    ['body { display: grid; grid-template-columns: 200px 1fr; min-height: 100vh; } #zmmtg-root { grid-column: 2; }', [200, 0, 1080, 800]],
    ['div { position: static; height: auto; } * { position: relative; }', page1280],
  ];
  for (const [css, box] of roots) {
    await styled(page, preview.address({ view: 'client', tiles: 3 }), css);
    await settled(page);
    expect(await boxOf(page, '.anteroom--client'), css).toEqual(box);
    await usable(page, box);
  }
  // Sizes that come later are followed, and a dialog stays inside too.
  await styled(page, preview.address({ view: 'client', tiles: 3, state: 'unmute' }), '');
  await page.evaluate(() => Object.assign((document.getElementById('zmmtg-root') as HTMLElement).style, { position: 'absolute', width: '700px', height: '500px' }));
  await expect.poll(() => boxOf(page, '.anteroom--client')).toEqual([0, 0, 700, 500]);
  await expect.poll(() => boxOf(page, '.ar-backdrop')).toEqual([0, 0, 700, 500]);
  await page.evaluate(() => (document.getElementById('zmmtg-root') as HTMLElement).removeAttribute('style'));
  await expect.poll(() => boxOf(page, '.anteroom--client')).toEqual(page1280);
});

test('component view has a size in every element and with every size an app gives', async ({ page, preview }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const cases: [css: string, query: Record<string, string | number>, width: number, height?: number][] = [
    ['', { width: 0, height: 0 }, 720],
    ['#meetingSDKElement { display: inline; }', { width: 0 }, 1248],
    ['#meetingSDKElement { position: absolute; }', {}, 720],
    ['', { width: 640 }, 640],
    ['', { width: 640, sizes: '{"default":{"width":1000,"height":500}}' }, 1000, 604],
    ['', { width: 640, sizes: '{"default":{"width":"800","height":"450px"}}' }, 800, 554],
    ['', { width: 640, sizes: '{"default":{"width":500}}' }, 500],
    ['', { width: 640, sizes: '{"default":{"height":300}}' }, 640, 404],
    ['', { width: 640, sizes: '{"default":{"width":5000}}' }, 1280],
    ['', { width: 640, sizes: '{"default":{"width":99,"height":-4}}' }, 640],
    ['', { width: 640, layout: 'ribbon', sizes: '{"ribbon":{"width":300}}' }, 300],
  ];
  for (const [css, query, width, height] of cases) {
    await styled(page, preview.address({ view: 'component', tiles: 3, ...query }), css);
    await settled(page);
    const name = JSON.stringify([css, query]);
    const box = await boxOf(page, '.ar-widget');
    expect(box[2], name).toBe(width);
    if (height) expect(box[3], name).toBe(height);
    else expect(box[3], name).toBeGreaterThan(240);
    await usable(page, box);
  }
});

interface MadeUp {
  preview: { model: { set(change: Record<string, unknown>): void } };
}

/** What is drawn outside of the view's frame, and is not cut or scrolled by something in it. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const host = document.querySelector('.anteroom') as HTMLElement;
    const frame = document.querySelector('.ar-widget') ?? host;
    const room = frame.getBoundingClientRect();
    const whole = new Set<Element>([frame, ...document.querySelectorAll('.ar-client, .ar-widget__inside, .ar-body')]);
    const cut = (element: Element): boolean => {
      for (let around = element.parentElement; around && around !== host; around = around.parentElement) if (!whole.has(around) && getComputedStyle(around).overflow !== 'visible') return true;
      return false;
    };
    return [...host.querySelectorAll('.ar-app *')].flatMap((element) => {
      const box = element.getBoundingClientRect();
      if (element.closest('svg svg, .ar-hidden') || !box.width || !box.height || !element.checkVisibility({ visibilityProperty: true }) || cut(element)) return [];
      const beyond = [room.left - box.left, room.top - box.top, box.right - room.right, box.bottom - room.bottom].map(Math.round);
      return beyond.some((length) => length > 1) ? [`${element.localName}.${element.getAttribute('class') ?? ''} ${beyond.join()}`] : [];
    });
  });
}

test('nothing of a view sticks out of its frame, however small: notices, banners, pages, the toolbar', async ({ page, preview }) => {
  test.slow();
  const frames: [query: Record<string, string | number>, css?: string][] = [
    ...[[200, 200], [240, 320], [300, 300], [320, 240], [480, 320], [900, 260]].map(([width, height]): [Record<string, string>, string] => [
      { view: 'client', layout: 'speaker' },
      `#zmmtg-root { position: absolute; left: 100px; top: 50px; width: ${width}px; height: ${height}px; }`,
    ]),
    [{ view: 'component', layout: 'ribbon', width: 300 }],
    [{ view: 'component', layout: 'speaker', width: 240 }],
    [{ view: 'component', layout: 'gallery', width: 120 }],
    [{ view: 'component', layout: 'minimized', width: 0, height: 0 }],
    [{ view: 'component', layout: 'minimized', width: 200 }],
    [{ view: 'component', layout: 'speaker', width: 720 }],
    [{ view: 'component', layout: 'speaker', width: 360, height: 300 }],
  ];
  const text = 'The microphone is gone. Plug it in again, or choose another one in the settings.';
  for (const [query, css = ''] of frames) {
    await styled(page, preview.address({ tiles: 4, ...query }), css);
    for (const phase of ['inMeeting', 'reconnecting', 'previewing', 'waitingRoom', 'waitingForHost', 'ended']) {
      await page.evaluate(
        ([phase, reason]) =>
          (window as unknown as MadeUp).preview.model.set({
            phase, reconnectingSince: phase === 'reconnecting' ? 4 : null, canPlaySound: false,
            notices: [{ id: 1, level: 'info', key: 'notice.failed' }, { id: 2, level: 'error', key: 'notice.refused', values: { reason } }],
          }),
        [phase, text] as const,
      );
      await settled(page);
      expect(await sticksOut(page), `${JSON.stringify(query)} ${css} ${phase}`).toEqual([]);
      if (phase === 'inMeeting') await expect(page.locator('.ar-toast:visible, .ar-banner:visible')).not.toHaveCount(0);
    }
  }
});

test('numbers keep their order in a page from right to left', async ({ page, preview }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await styled(page, preview.address({ view: 'client', tiles: 30, dir: 'rtl' }), '');
  await expect(page.locator('.ar-pager__place')).toHaveCSS('direction', 'ltr');
  await page.getByRole('button', { name: 'Meeting information' }).click();
  const digits = page.locator('.ar-info__rows [dir="ltr"]').first();
  const [first, last] = await digits.evaluate((element) => {
    const text = element.firstChild as Text;
    return [0, text.length - 1].map((at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(first).toBeLessThan(last ?? 0);
});
