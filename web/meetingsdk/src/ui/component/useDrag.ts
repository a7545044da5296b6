import { useRef, type PointerEvent, type RefObject } from 'react';

interface DragHandlers {
  onPointerDown?: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove?: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp?: () => void;
  onPointerCancel?: () => void;
}

/** Moves an element by its `.ar-widget__grip`, keeping the grip inside the window. */
export function useDrag(box: RefObject<HTMLElement | null>, enabled: boolean): DragHandlers {
  const grip = useRef<{ x: number; y: number } | null>(null);
  const offset = useRef({ x: 0, y: 0 });
  if (!enabled) return {};
  const stop = () => {
    grip.current = null;
  };
  return {
    onPointerDown(event) {
      const target = event.target as HTMLElement;
      if (event.button !== 0 || !target.closest('.ar-widget__grip') || target.closest('button')) return;
      grip.current = { x: event.clientX - offset.current.x, y: event.clientY - offset.current.y };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event) {
      const element = box.current;
      if (!grip.current || !element) return;
      const rect = element.getBoundingClientRect();
      const home = { left: rect.left - offset.current.x, top: rect.top - offset.current.y };
      const minVisible = 48;
      const x = Math.max(minVisible - rect.width - home.left, Math.min(event.clientX - grip.current.x, window.innerWidth - minVisible - home.left));
      const y = Math.max(-home.top, Math.min(event.clientY - grip.current.y, window.innerHeight - minVisible - home.top));
      offset.current = { x, y };
      element.style.setProperty('translate', `${x}px ${y}px`);
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}
