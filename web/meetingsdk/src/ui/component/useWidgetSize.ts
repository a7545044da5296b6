import { useLayoutEffect, useState, type RefObject } from 'react';
import type { Layout } from '../state/ui-state';
import type { Size, WidgetWishes } from './customize';

/** Height of header and toolbar together. */
const CHROME = 104;
const RIBBON_WIDTH = 260;
const MINIMIZED_WIDTH = 320;
const LEAST: Size = { width: 240, height: 200 };
/** The width of a widget whose element has none, such as one of 0 × 0 or one that is as wide as what is in it. */
const USUAL_WIDTH = 720;
/** An element narrower than this is taken for one without a width. */
const LEAST_ROOM = 100;

interface WidgetSize {
  size: Partial<Size>;
  resize: (size: Size) => void;
  fills: boolean;
}

/**
 * The widget's size. In order: what the person dragged it to, what the app gave
 * (the picture's size, to which header and toolbar are added), the container's
 * own size. What the app or the person chose may be wider than the container,
 * but not than the window.
 */
export function useWidgetSize(box: RefObject<HTMLElement | null>, wishes: WidgetWishes, layout: Layout): WidgetSize {
  const [place, setPlace] = useState<{ room: number; page: Size; fillsParent: boolean } | null>(null);
  const [chosen, setChosen] = useState<Partial<Record<'default' | 'ribbon', Size>>>({});
  const [obeyed, setObeyed] = useState(wishes);

  useLayoutEffect(() => {
    const host = box.current?.closest<HTMLElement>('.anteroom');
    const view = host?.ownerDocument.defaultView;
    if (!host || !view) return;
    const measure = () => {
      const page = { width: host.ownerDocument.documentElement.clientWidth, height: view.innerHeight };
      const now = { room: host.clientWidth, page, fillsParent: host.classList.contains('anteroom--fill') };
      setPlace((old) => (JSON.stringify(old) === JSON.stringify(now) ? old : now));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(host);
    view.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      view.removeEventListener('resize', measure);
    };
  }, [box]);

  // A size that the app gives now is later than what the person dragged before.
  if (obeyed !== wishes) {
    setObeyed(wishes);
    const anew = (['default', 'ribbon'] as const).filter((kind) => !sameSize(sizeFor(kind, obeyed), sizeFor(kind, wishes)));
    if (anew.length > 0) setChosen((old) => Object.fromEntries(Object.entries(old).filter(([kind]) => !anew.some((one) => one === kind))));
  }

  const kind = layout === 'ribbon' ? 'ribbon' : 'default';
  const given = sizeFor(kind, wishes);
  const dragged = chosen[kind];
  const free = !given && !dragged && kind === 'default' && layout !== 'minimized';
  const fills = (place?.fillsParent ?? false) && free && !wishes.position;

  const resize = (size: Size) =>
    setChosen((old) => ({ ...old, [kind]: { width: Math.max(LEAST.width, Math.round(size.width)), height: Math.max(LEAST.height, Math.round(size.height)) } }));

  if (!place) return { size: {}, resize, fills };
  const { page } = place;
  const most = page.width > 0 ? Math.max(page.width, LEAST.width) : Infinity;
  const room = place.room >= LEAST_ROOM ? place.room : Math.min(USUAL_WIDTH, most);
  const within = (width: number) => Math.min(width, Math.max(room, LEAST.width));
  const usualHeight = (width: number) => Math.round(Math.min(Math.max(width * (width < 560 ? 0.8 : 0.5625), 240), Math.max(page.height * 0.72, 280))) + CHROME;
  const ribbonHeight = Math.min(560, Math.round(page.height * 0.8));

  if (layout === 'minimized') return { size: { width: within(MINIMIZED_WIDTH) }, resize, fills };
  if (dragged) return { size: { width: Math.min(dragged.width, most), height: dragged.height }, resize, fills };
  if (fills) return { size: place.room >= LEAST_ROOM ? {} : { width: room }, resize, fills };
  const width = given?.width === undefined ? (kind === 'ribbon' ? within(RIBBON_WIDTH) : room) : Math.min(given.width, most);
  const height = given?.height === undefined ? (kind === 'ribbon' ? ribbonHeight : usualHeight(width)) : given.height + CHROME;
  return { size: { width, height }, resize, fills };
}

function sizeFor(kind: 'default' | 'ribbon', wishes: WidgetWishes): Partial<Size> | null {
  return kind === 'ribbon' ? wishes.ribbon : wishes.size;
}

function sameSize(a: Partial<Size> | null, b: Partial<Size> | null): boolean {
  return a?.width === b?.width && a?.height === b?.height;
}
