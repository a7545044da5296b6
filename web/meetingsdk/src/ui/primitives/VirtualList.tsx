import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { flushSync } from 'react-dom';

/** Rows rendered beyond either edge, so that a fast scroll shows no gap before the next frame. */
const OVERSCAN = 8;
/** Rows rendered before anything could be measured. */
const INITIAL_ROWS = 30;

interface VirtualListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => number;
  label: string;
  /** What scrolls around the list. */
  scroller: RefObject<HTMLElement | null>;
  children: (item: T) => ReactNode;
}

/**
 * A list of which only the rows in view are on the page, so that hundreds cost
 * no more than a screenful. All rows are equally high (`--ar-row`). Screen
 * readers get each row's position in the whole list; the row that has the focus
 * stays, however far it is scrolled away; arrow keys, Home and End go from row
 * to row.
 */
export function VirtualList<T>({ items, keyOf, label, scroller, children }: VirtualListProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [[first, end], setWindow] = useState<readonly [number, number]>([0, INITIAL_ROWS]);
  const [focusedKey, setFocusedKey] = useState<number | null>(null);

  const measure = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    measure.current = () => {
      const [box, rows] = [scroller.current?.getBoundingClientRect(), list.current?.getBoundingClientRect()];
      if (!box || !rows || rows.height === 0) return;
      const row = rows.height / items.length;
      const from = Math.max(0, Math.floor((box.top - rows.top) / row) - OVERSCAN);
      const to = Math.min(items.length, Math.ceil((box.bottom - rows.top) / row) + OVERSCAN);
      setWindow((old) => (old[0] === from && old[1] === to ? old : [from, to]));
    };
    measure.current();
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onChange = () => measure.current();
    const observer = new ResizeObserver(onChange);
    observer.observe(element);
    element.addEventListener('scroll', onChange, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onChange);
    };
  }, [scroller]);

  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const from = event.target instanceof Element ? event.target.closest<HTMLElement>('.ar-rows__row') : null;
    // A menu opened from a row is its child for React, but not on the page.
    if (!from || !event.currentTarget.contains(from)) return;
    const at = Number(from.ariaPosInSet) - 1;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const item = next === undefined ? undefined : items[next];
    if (!item) return;
    event.preventDefault();
    flushSync(() => setFocusedKey(keyOf(item)));
    const row = event.currentTarget.querySelector<HTMLElement>(`[aria-posinset="${(next ?? 0) + 1}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    (row?.querySelector<HTMLElement>('button') ?? row)?.focus({ preventScroll: true });
  };

  const shown: ReactNode[] = [];
  items.forEach((item, i) => {
    const key = keyOf(item);
    if ((i < first || i >= end) && key !== focusedKey) return;
    shown.push(
      <li key={key} className="ar-rows__row" tabIndex={-1} aria-setsize={items.length} aria-posinset={i + 1} style={{ top: `calc(var(--ar-row) * ${i})` }} onFocus={() => setFocusedKey(key)}>
        {children(item)}
      </li>,
    );
  });
  return (
    <ul ref={list} className="ar-rows" aria-label={label} onKeyDown={onKeyDown} style={{ blockSize: `calc(var(--ar-row) * ${items.length})` }}>
      {shown}
    </ul>
  );
}
