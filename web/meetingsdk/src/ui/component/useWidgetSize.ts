import { useLayoutEffect, useState, type RefObject } from 'react';
import type { Layout } from '../state/ui-state';
import type { Size, PlacementOptions } from './placement-options';

/** Height of header and toolbar together. */
const CHROME_HEIGHT = 104;
const RIBBON_WIDTH = 260;
const MINIMIZED_WIDTH = 320;
const MIN_SIZE: Size = { width: 240, height: 200 };
/** The width of a widget whose element has none, such as one of 0 × 0 or one that is as wide as what is in it. */
const DEFAULT_WIDTH = 720;
/** An element narrower than this is taken for one without a width. */
const MIN_CONTAINER_WIDTH = 100;

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
export function useWidgetSize(box: RefObject<HTMLElement | null>, placementOptions: PlacementOptions, layout: Layout): WidgetSize {
  const [container, setContainer] = useState<{ room: number; page: Size; fillsParent: boolean } | null>(null);
  const [chosen, setChosen] = useState<Partial<Record<'default' | 'ribbon', Size>>>({});
  const [appliedOptions, setAppliedOptions] = useState(placementOptions);

  useLayoutEffect(() => {
    const host = box.current?.closest<HTMLElement>('.anteroom');
    const view = host?.ownerDocument.defaultView;
    if (!host || !view) return;
    const measure = () => {
      const page = { width: host.ownerDocument.documentElement.clientWidth, height: view.innerHeight };
      const now = { room: host.clientWidth, page, fillsParent: host.classList.contains('anteroom--fill') };
      setContainer((old) => (JSON.stringify(old) === JSON.stringify(now) ? old : now));
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
  if (appliedOptions !== placementOptions) {
    setAppliedOptions(placementOptions);
    const changed = (['default', 'ribbon'] as const).filter((kind) => !sameSize(sizeFor(kind, appliedOptions), sizeFor(kind, placementOptions)));
    if (changed.length > 0) setChosen((old) => Object.fromEntries(Object.entries(old).filter(([kind]) => !changed.some((one) => one === kind))));
  }

  const kind = layout === 'ribbon' ? 'ribbon' : 'default';
  const requested = sizeFor(kind, placementOptions);
  const dragged = chosen[kind];
  const free = !requested && !dragged && kind === 'default' && layout !== 'minimized';
  const fills = (container?.fillsParent ?? false) && free && !placementOptions.position;

  const resize = (size: Size) =>
    setChosen((old) => ({ ...old, [kind]: { width: Math.max(MIN_SIZE.width, Math.round(size.width)), height: Math.max(MIN_SIZE.height, Math.round(size.height)) } }));

  if (!container) return { size: {}, resize, fills };
  const { page } = container;
  const maxWidth = page.width > 0 ? Math.max(page.width, MIN_SIZE.width) : Infinity;
  const room = container.room >= MIN_CONTAINER_WIDTH ? container.room : Math.min(DEFAULT_WIDTH, maxWidth);
  const within = (width: number) => Math.min(width, Math.max(room, MIN_SIZE.width));
  const defaultHeight = (width: number) => Math.round(Math.min(Math.max(width * (width < 560 ? 0.8 : 0.5625), 240), Math.max(page.height * 0.72, 280))) + CHROME_HEIGHT;
  const ribbonHeight = Math.min(560, Math.round(page.height * 0.8));

  if (layout === 'minimized') return { size: { width: within(MINIMIZED_WIDTH) }, resize, fills };
  if (dragged) return { size: { width: Math.min(dragged.width, maxWidth), height: dragged.height }, resize, fills };
  if (fills) return { size: container.room >= MIN_CONTAINER_WIDTH ? {} : { width: room }, resize, fills };
  const width = requested?.width === undefined ? (kind === 'ribbon' ? within(RIBBON_WIDTH) : room) : Math.min(requested.width, maxWidth);
  const height = requested?.height === undefined ? (kind === 'ribbon' ? ribbonHeight : defaultHeight(width)) : requested.height + CHROME_HEIGHT;
  return { size: { width, height }, resize, fills };
}

function sizeFor(kind: 'default' | 'ribbon', placementOptions: PlacementOptions): Partial<Size> | null {
  return kind === 'ribbon' ? placementOptions.ribbon : placementOptions.size;
}

function sameSize(a: Partial<Size> | null, b: Partial<Size> | null): boolean {
  return a?.width === b?.width && a?.height === b?.height;
}
