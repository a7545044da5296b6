import { useRef, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { useView } from '../state/context';
import type { Size } from './placement-options';

/** The handle that resizes the widget, with the pointer or the arrow keys. */
export function ResizeHandle({ target, onResize }: { target: RefObject<HTMLElement | null>; onResize: (size: Size) => void }) {
  const { t, rtl } = useView();
  const from = useRef<{ x: number; y: number; width: number; height: number } | null>(null);
  const sign = rtl ? -1 : 1;

  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    const element = target.current;
    if (!element || event.button !== 0) return;
    event.stopPropagation();
    from.current = { x: event.clientX, y: event.clientY, width: element.offsetWidth, height: element.offsetHeight };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const start = from.current;
    if (start) onResize({ width: start.width + sign * (event.clientX - start.x), height: start.height + event.clientY - start.y });
  };
  const stop = () => {
    from.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const element = target.current;
    const steps: Record<string, [number, number]> = { ArrowRight: [16 * sign, 0], ArrowLeft: [-16 * sign, 0], ArrowDown: [0, 16], ArrowUp: [0, -16] };
    const step = steps[event.key];
    if (!element || !step) return;
    event.preventDefault();
    onResize({ width: element.offsetWidth + step[0], height: element.offsetHeight + step[1] });
  };

  return (
    <button
      type="button"
      className="ar-resize react-resizable-handle"
      aria-label={t('widget.resize')}
      title={t('widget.resize')}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={stop}
      onPointerCancel={stop}
      onKeyDown={onKeyDown}
    />
  );
}
