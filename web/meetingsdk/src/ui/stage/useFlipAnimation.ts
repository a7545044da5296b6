import { useLayoutEffect, useRef, type RefObject } from 'react';

const DURATION_MS = 180;

type Box = Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>;

/**
 * Animates the tiles in a box to their new positions (FLIP) when `key` changes because
 * participants joined or left. Without animation if `bounds`, the size of the box, has
 * changed, and for users who prefer reduced motion.
 */
export function useFlipAnimation(box: RefObject<HTMLElement | null>, key: string, bounds: string): void {
  const before = useRef<{ bounds: string; places: Map<string | undefined, Box> } | null>(null);
  const running = useRef<Animation[]>([]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    for (const animation of running.current) animation.cancel();
    running.current = [];
    const origin = element.getBoundingClientRect();
    const tiles = [...element.querySelectorAll<HTMLElement>('[data-user-id]')];
    const places = new Map(tiles.map((tile) => {
      const { left, top, width, height } = tile.getBoundingClientRect();
      return [tile.dataset['userId'], { left: left - origin.left, top: top - origin.top, width, height }] as const;
    }));
    const last = before.current;
    before.current = { bounds, places };
    if (!last || last.bounds !== bounds) return;
    const moved = tiles.flatMap((tile) => {
      const [from, to] = [last.places.get(tile.dataset['userId']), places.get(tile.dataset['userId'])];
      if (!from || !to || to.width === 0 || (from.left === to.left && from.top === to.top && from.width === to.width)) return [];
      return { tile, transform: `translate(${from.left - to.left}px, ${from.top - to.top}px) scale(${from.width / to.width}, ${from.height / to.height})` };
    });
    if (moved.length === 0 || element.ownerDocument.defaultView?.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    running.current = moved.map(({ tile, transform }) =>
      tile.animate([{ transform, transformOrigin: '0 0' }, { transform: 'none', transformOrigin: '0 0' }], { duration: DURATION_MS, easing: 'ease-out' }),
    );
  }, [box, key, bounds]);
}
