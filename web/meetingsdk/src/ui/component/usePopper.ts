import { useLayoutEffect, useMemo, useState, type CSSProperties, type RefObject } from 'react';
import { place } from '../logic/placement';
import { useOption, useView } from '../state/context';
import { widgetWishes, type PopperName, type WidgetWishes } from './customize';

/** What the app wishes for this view; Client View has no such wishes. */
export function useWishes(): WidgetWishes {
  const customize = useOption('customize');
  return useMemo(() => widgetWishes(customize), [customize]);
}

/** Places a box over the page as the app wishes; null where it wishes nothing. */
export function usePopper(name: PopperName | null, box: RefObject<HTMLElement | null>): CSSProperties | null {
  const { layer, rtl } = useView();
  const wishes = useWishes();
  const wish = name ? wishes[name] : null;
  const [at, setAt] = useState<CSSProperties>({ opacity: 0 });

  useLayoutEffect(() => {
    const popup = box.current;
    const target = layer();
    if (!popup || !target || !wish) return;
    const settle = () => {
      if (wish.position) return setAt({ ...wish.position });
      const anchor = wish.anchorElement?.isConnected ? wish.anchorElement : target.parentElement?.querySelector('.ar-widget');
      if (!anchor) return;
      const origin = target.getBoundingClientRect();
      const bounds = { left: 0, top: 0, width: window.innerWidth, height: window.innerHeight };
      const spot = place(anchor.getBoundingClientRect(), { width: popup.offsetWidth, height: popup.offsetHeight }, bounds, wish.placement ?? 'bottom', 8, rtl);
      setAt({ left: spot.left - origin.left, top: spot.top - origin.top });
    };
    settle();
    window.addEventListener('resize', settle);
    window.addEventListener('scroll', settle, true);
    return () => {
      window.removeEventListener('resize', settle);
      window.removeEventListener('scroll', settle, true);
    };
  }, [wish, box, layer, rtl]);

  return wish ? at : null;
}
