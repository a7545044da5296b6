import { useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { createPortal } from 'react-dom';
import type { PopperName } from '../component/placement-options';
import { usePopper } from '../component/usePopper';
import { computePosition, type Placement } from '../logic/placement';
import { useView } from '../state/context';
import { rootOf } from './dom-root';

interface PopoverProps {
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  placement?: Placement;
  className?: string;
  /** Under which name the app may place it. */
  popper?: PopperName;
  children: ReactNode;
}

/** A box next to its anchor, inside the window, closed by Escape or a click outside of it. */
export function Popover({ anchor, onClose, placement = 'bottom-start', className = '', popper, children }: PopoverProps) {
  const { layer, rtl } = useView();
  const box = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<{ left: number; top: number } | null>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  const target = layer();
  const appStyle = usePopper(popper ?? null, box);

  useLayoutEffect(() => {
    const popup = box.current;
    const from = anchor.current;
    if (!popup || !from || !target) return;
    const view = popup.ownerDocument.defaultView;
    const update = () => {
      const origin = target.getBoundingClientRect();
      const rect = from.getBoundingClientRect();
      const bounds = { left: 0, top: 0, width: view?.innerWidth ?? origin.width, height: view?.innerHeight ?? origin.height };
      const spot = computePosition(rect, { width: popup.offsetWidth, height: popup.offsetHeight }, bounds, placement, 8, rtl);
      setPosition({ left: spot.left - origin.left, top: spot.top - origin.top });
    };
    update();
    const observer = new ResizeObserver(update);
    observer.observe(popup);
    view?.addEventListener('resize', update);
    return () => {
      observer.disconnect();
      view?.removeEventListener('resize', update);
    };
  }, [anchor, placement, rtl, target]);

  useEffect(() => {
    const popup = box.current;
    if (!popup) return;
    const document = popup.ownerDocument;
    const tree = rootOf(popup);
    const onPointer = (event: Event) => {
      const path = event.composedPath();
      // The document sees of a shadow tree only its host; the tree itself sees what in it was meant.
      const within = 'host' in tree && event.currentTarget === document ? [tree.host] : [popup, anchor.current];
      if (!within.some((element) => element && path.includes(element))) close.current();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close.current();
      anchor.current?.focus();
    };
    const places = new Set([document, tree]);
    places.forEach((place) => place.addEventListener('pointerdown', onPointer, true));
    document.addEventListener('keydown', onKey, true);
    return () => {
      places.forEach((place) => place.removeEventListener('pointerdown', onPointer, true));
      document.removeEventListener('keydown', onKey, true);
    };
  }, [anchor]);

  if (!target) return null;
  return createPortal(
    <div ref={box} className={`ar-popover zoom-MuiPopper-root ${className}`} style={appStyle ?? (position ? { left: position.left, top: position.top } : { opacity: 0 })}>
      {children}
    </div>,
    target,
  );
}
