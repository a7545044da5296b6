import { useRef, type PointerEvent, type RefObject } from 'react';
import { useOption } from '../state/context';
import { Tile } from '../tile/Tile';

/** The second participant's small video over the first one's; may be dragged aside. */
export function FloatingTile({ userId, bounds }: { userId: number; bounds: RefObject<HTMLElement | null> }) {
  const draggable = useOption('videoDrag');
  const box = useRef<HTMLDivElement>(null);
  const grip = useRef<{ x: number; y: number } | null>(null);
  const offset = useRef({ x: 0, y: 0 });

  const onDown = (event: PointerEvent<HTMLDivElement>) => {
    if (!draggable || event.button !== 0) return;
    grip.current = { x: event.clientX - offset.current.x, y: event.clientY - offset.current.y };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const element = box.current;
    const room = bounds.current?.getBoundingClientRect();
    if (!grip.current || !element || !room) return;
    const rect = element.getBoundingClientRect();
    const home = { left: rect.left - offset.current.x, top: rect.top - offset.current.y };
    const x = Math.max(room.left - home.left, Math.min(event.clientX - grip.current.x, room.right - rect.width - home.left));
    const y = Math.max(room.top - home.top, Math.min(event.clientY - grip.current.y, room.bottom - rect.height - home.top));
    offset.current = { x, y };
    element.style.translate = `${x}px ${y}px`;
  };
  const onUp = () => {
    grip.current = null;
  };

  return (
    <div ref={box} className={`ar-floating${draggable ? ' ar-floating--draggable' : ''}`} onPointerDown={onDown} onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={onUp}>
      <Tile userId={userId} compact />
    </div>
  );
}
