import { useLayoutEffect, useMemo, useState, type CSSProperties, type RefObject } from 'react';
import { computePosition } from '../logic/placement';
import { useOption, useView } from '../state/context';
import { parsePlacementOptions, type PopperName, type PlacementOptions } from './placement-options';

/** The app's placement options; Client View has none. */
export function usePlacementOptions(): PlacementOptions {
  const customize = useOption('customize');
  return useMemo(() => parsePlacementOptions(customize), [customize]);
}

/** Positions a box over the page as the app requests; null if it requests nothing. */
export function usePopper(name: PopperName | null, box: RefObject<HTMLElement | null>): CSSProperties | null {
  const { layer, rtl } = useView();
  const placementOptions = usePlacementOptions();
  const options = name ? placementOptions[name] : null;
  const [style, setStyle] = useState<CSSProperties>({ opacity: 0 });

  useLayoutEffect(() => {
    const popup = box.current;
    const target = layer();
    if (!popup || !target || !options) return;
    const update = () => {
      if (options.position) return setStyle({ ...options.position });
      const anchor = options.anchorElement?.isConnected ? options.anchorElement : target.parentElement?.querySelector('.ar-widget');
      if (!anchor) return;
      const origin = target.getBoundingClientRect();
      const bounds = { left: 0, top: 0, width: window.innerWidth, height: window.innerHeight };
      const position = computePosition(anchor.getBoundingClientRect(), { width: popup.offsetWidth, height: popup.offsetHeight }, bounds, options.placement ?? 'bottom', 8, rtl);
      setStyle({ left: position.left - origin.left, top: position.top - origin.top });
    };
    update();
    window.addEventListener('resize', update);
    window.addEventListener('scroll', update, true);
    return () => {
      window.removeEventListener('resize', update);
      window.removeEventListener('scroll', update, true);
    };
  }, [options, box, layer, rtl]);

  return options ? style : null;
}
