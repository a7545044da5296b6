import { describe, expect, it } from 'vitest';
import { customButtons } from '../toolbar/useCustomButtons';
import { parsePlacementOptions } from '../component/placement-options';
import { avatarColour, initials } from '../logic/avatar';
import { groupChat } from '../logic/chat';
import { clockTime, groupNumber } from '../logic/format';
import { bestGrid, MIN_TILE_WIDTH, pageCapacity, pageOf } from '../logic/grid';
import { linkify } from '../logic/linkify';
import { computePosition } from '../logic/placement';

describe('bestGrid', () => {
  it.each([
    ['one tile fills a wide stage', 1600, 900, 1, { columns: 1, rows: 1 }],
    ['two stand side by side on a wide stage', 1600, 600, 2, { columns: 2, rows: 1 }],
    ['two stand one over the other on a tall one', 390, 760, 2, { columns: 1, rows: 2 }],
    ['five on a desktop', 1256, 670, 5, { columns: 3, rows: 2 }],
    ['twenty-five make a square', 1256, 670, 25, { columns: 5, rows: 5 }],
    ['nine on a phone', 374, 640, 9, { columns: 2, rows: 5 }],
  ])('%s', (_name, width, height, count, expected) => {
    expect(bestGrid(width, height, count, 10)).toMatchObject(expected);
  });

  it('never leaves the stage and has room for all', () => {
    for (const [width, height] of [[320, 480], [390, 700], [1280, 640], [3840, 2000], [200, 900], [900, 120]] as const) {
      for (let count = 1; count <= 25; count++) {
        const grid = bestGrid(width, height, count, 8);
        expect(grid.columns * grid.tileWidth + (grid.columns - 1) * 8).toBeLessThanOrEqual(width);
        expect(grid.rows * grid.tileHeight + (grid.rows - 1) * 8).toBeLessThanOrEqual(height);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
      }
    }
  });

  it('has no size before the stage is measured', () => {
    expect(bestGrid(0, 0, 4, 8).tileWidth).toBe(0);
    expect(bestGrid(800, 600, 0, 8).tileWidth).toBe(0);
  });
});

describe('pages', () => {
  it('holds 25 at most, 9 on a small stage, and what the app allows', () => {
    expect(pageCapacity(1600, 900, 10, 49)).toBe(25);
    expect(pageCapacity(390, 700, 6, 25)).toBe(9);
    expect(pageCapacity(1600, 900, 10, 4)).toBe(4);
    expect(pageCapacity(1600, 900, 10, Number.NaN)).toBe(25);
  });

  it('takes fewer rather than showing tiles too small to read', () => {
    const capacity = pageCapacity(300, 200, 6, 25);
    expect(capacity).toBeGreaterThan(0);
    expect(bestGrid(300, 200, capacity, 6).tileWidth).toBeGreaterThanOrEqual(MIN_TILE_WIDTH);
  });

  it('goes to the last page when people leave', () => {
    expect(pageOf([1, 2, 3, 4, 5], 9, 2)).toEqual({ page: 2, pages: 3, items: [5] });
    expect(pageOf([], 3, 2)).toEqual({ page: 0, pages: 1, items: [] });
  });
});

describe('linkify', () => {
  it.each([
    ['see https://example.com/a.', ['https://example.com/a']],
    ['(https://example.com/a_(b))', ['https://example.com/a_(b)']],
    ['www.example.com and http://localhost:8080/x', ['https://www.example.com/', 'http://localhost:8080/x']],
    ['javascript:alert(1) data:text/html,x file:///etc', []],
    ['https://', []],
    ['<a href="https://example.com/x" onclick="y">', ['https://example.com/x']],
    ['no address here', []],
    ['https://example.com?q=1&r=2, then https://example.org!', ['https://example.com/?q=1&r=2', 'https://example.org/']],
  ])('%s', (text, links) => {
    const runs = linkify(text);
    expect(runs.flatMap((run) => run.href ?? [])).toEqual(links);
    expect(runs.map((run) => run.text).join('')).toBe(text);
  });

  it('loses no letter of whatever is written and links nothing but http', () => {
    const pieces = ['https://a.b', 'www.', ' ', ')', '(', '.', '\n', '<', '"', 'x', 'http://', 'ftp://c.d', '😀', '…', '[', ']'];
    let seed = 7;
    for (let round = 0; round < 500; round++) {
      let text = '';
      for (let i = 0; i < 12; i++) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        text += pieces[seed % pieces.length] ?? '';
      }
      const runs = linkify(text);
      expect(runs.map((run) => run.text).join('')).toBe(text);
      for (const run of runs) if (run.href) expect(run.href).toMatch(/^https?:\/\//);
    }
  });
});

describe('names and numbers', () => {
  it.each([['Amara Okafor', 'AO'], ['tom', 'T'], ['  ', '?'], ['李 小龍', '李小'], ['Zoë van der Berg', 'ZB'], ['anna@example.com', 'AC'], ['(guest)', 'G']])('initials of %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
  it('gives the same name the same colour', () => {
    expect(avatarColour('Mei')).toBe(avatarColour('Mei'));
    expect(avatarColour('')).toBe(0);
  });
  it('groups meeting numbers', () => {
    expect(groupNumber('81555123456')).toBe('815 5512 3456');
    expect(groupNumber('8155512345')).toBe('815 551 2345');
    expect(groupNumber('12')).toBe('12');
  });
  it('survives locales that do not exist and times that are none', () => {
    expect(clockTime('2026-05-04T09:05:00Z', 'no_such!')).not.toBe('');
    expect(clockTime('soon', 'en-US')).toBe('');
  });
});

describe('groupChat', () => {
  const message = (id: string, userId: number, sentAt: string, to: number | null = null) => ({ id, text: id, sentAt, sender: { userId, name: 'n' }, receiver: to === null ? null : { userId: to, name: 'm' } });
  it('joins what one person wrote to the same receiver, but not after a pause', () => {
    const groups = groupChat([
      message('a', 1, '2026-01-01T10:00:00Z'),
      message('b', 1, '2026-01-01T10:01:00Z'),
      message('c', 1, '2026-01-01T10:01:30Z', 2),
      message('d', 1, '2026-01-01T10:20:00Z', 2),
      message('e', 3, '2026-01-01T10:20:01Z', 2),
    ]);
    expect(groups.map((group) => group.messages.map((each) => each.id).join(''))).toEqual(['ab', 'c', 'd', 'e']);
  });
});

describe('place', () => {
  const bounds = { left: 0, top: 0, width: 400, height: 400 };
  it('goes to the other side when there is no room', () => {
    expect(computePosition({ left: 100, top: 10, width: 40, height: 20 }, { width: 80, height: 100 }, bounds, 'top').top).toBe(38);
    expect(computePosition({ left: 100, top: 370, width: 40, height: 20 }, { width: 80, height: 100 }, bounds, 'bottom').top).toBe(262);
  });
  it('goes beside its anchor when it is too high for above and below', () => {
    expect(computePosition({ left: 300, top: 190, width: 20, height: 20 }, { width: 100, height: 300 }, bounds, 'bottom-end')).toEqual({ left: 192, top: 50 });
    expect(computePosition({ left: 80, top: 190, width: 20, height: 20 }, { width: 100, height: 300 }, bounds, 'top')).toEqual({ left: 108, top: 50 });
  });
  it('stays inside the window and follows the reading direction', () => {
    expect(computePosition({ left: 380, top: 100, width: 20, height: 20 }, { width: 200, height: 50 }, bounds, 'bottom-start').left).toBe(192);
    expect(computePosition({ left: 200, top: 100, width: 40, height: 20 }, { width: 100, height: 50 }, bounds, 'bottom-start', 8, true).left).toBe(140);
  });
});

describe('customize', () => {
  it('obeys what is right and ignores what is not', () => {
    const anchor = document.createElement('div');
    const placementOptions = parsePlacementOptions({
      video: { isResizable: false, viewSizes: { default: { width: 1000, height: 600 }, ribbon: { width: -1, height: 'x' } }, popper: { disableDraggable: true, anchorPosition: { top: 10, left: 'calc(evil)' } } },
      chat: { popper: { anchorElement: anchor, placement: 'right-start' } },
      participants: { popper: { placement: 'nowhere' } },
    });
    expect(placementOptions).toMatchObject({ size: { width: 1000, height: 600 }, ribbon: null, resizable: false, draggable: false, position: { top: '10px' }, participants: null });
    expect(placementOptions.chat).toMatchObject({ anchorElement: anchor, placement: 'right-start' });
    expect(parsePlacementOptions({ video: null, chat: 7 })).toMatchObject({ size: null, resizable: true, chat: null });
  });

  it('accepts only buttons with a text and a handler', () => {
    let clicked = 0;
    const made = customButtons({ toolbar: { buttons: [{ text: 'Go', className: 'c', onClick: () => clicked++ }, { text: '' }, null, 'x', { text: 'No handler' }] } });
    expect(made.map((button) => button.text)).toEqual(['Go']);
    made[0]?.onClick();
    expect(clicked).toBe(1);
    expect(customButtons({})).toEqual([]);
  });
});
