import { useEffect, useState, type RefObject } from 'react';
import type { Layout } from '../state/ui-state';
import type { Size, WidgetWishes } from './customize';

/** Height of header and toolbar together. */
const CHROME = 104;
const RIBBON_WIDTH = 260;
const LEAST: Size = { width: 240, height: 200 };

/**
 * The widget's size. In order: what the person dragged it to, what the app gave
 * (the picture's size, to which header and toolbar are added), the container's
 * own size. Never wider than the container.
 */
export function useWidgetSize(box: RefObject<HTMLElement | null>, wishes: WidgetWishes, layout: Layout): { size: Partial<Size>; resize: (size: Size) => void; fills: boolean } {
  const [room, setRoom] = useState(0);
  const [fillsParent, setFillsParent] = useState(false);
  const [chosen, setChosen] = useState<Partial<Record<'default' | 'ribbon', Size>>>({});

  useEffect(() => {
    const host = box.current?.closest<HTMLElement>('.anteroom');
    const parent = host?.parentElement;
    if (!host || !parent) return;
    const observer = new ResizeObserver(() => {
      setRoom(host.clientWidth);
      setFillsParent(host.classList.contains('anteroom--fill'));
    });
    observer.observe(host);
    return () => observer.disconnect();
  }, [box]);

  const kind = layout === 'ribbon' ? 'ribbon' : 'default';
  const given = kind === 'ribbon' ? wishes.ribbon : wishes.size;
  const dragged = chosen[kind];
  const view = typeof window === 'undefined' ? 800 : window.innerHeight;
  const fills = fillsParent && !given && !dragged && kind === 'default' && layout !== 'minimized' && !wishes.position;

  const resize = (size: Size) =>
    setChosen((old) => ({ ...old, [kind]: { width: Math.max(LEAST.width, Math.round(size.width)), height: Math.max(LEAST.height, Math.round(size.height)) } }));

  const within = (width: number) => (room > 0 ? Math.min(width, Math.max(room, LEAST.width)) : width);
  let size: Partial<Size>;
  if (layout === 'minimized') size = { width: within(320) };
  else if (dragged) size = { width: within(dragged.width), height: dragged.height };
  else if (given) size = { width: within(given.width), height: given.height + CHROME };
  else if (kind === 'ribbon') size = { width: within(RIBBON_WIDTH), height: Math.min(560, Math.round(view * 0.8)) };
  else if (fills || room === 0) size = {};
  else size = { width: room, height: Math.round(Math.min(Math.max(room * (room < 560 ? 0.8 : 0.5625), 240), Math.max(view * 0.72, 280))) + CHROME };
  return { size, resize, fills };
}
