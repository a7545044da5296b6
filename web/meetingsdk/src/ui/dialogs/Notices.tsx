import { useLayoutEffect, useRef } from 'react';
import { useOption } from '../state/context';
import { Banners } from './Banners';
import { Toasts } from './Toasts';

/** Below these sizes, in CSS pixels, notices over the stage would cover names and pictures. */
const NARROW = { client: 760, component: 600 };
const LOW = { client: 460, component: 420 };

/**
 * Banners and notices: over the stage, or where that is small in a strip above
 * it that gets its own room. They stand in the element they are as wide as:
 * Client View's, or the widget, which has its own size and may be dragged.
 */
export function Notices() {
  const view = useOption('view');
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    const around = element?.parentElement;
    if (!element || !around) return;
    const observer = new ResizeObserver(() => {
      around.classList.toggle('ar-with-strip', around.clientWidth < NARROW[view] || around.clientHeight < LOW[view]);
      // Unset where there is nothing above the stage: setting it restyles the whole view, even to 0.
      const height = element.offsetHeight;
      if (height > 0) around.style.setProperty('--ar-notices', `${height}px`);
      else around.style.removeProperty('--ar-notices');
    });
    observer.observe(element);
    observer.observe(around);
    return () => observer.disconnect();
  }, [view]);

  return (
    <div ref={box} className="ar-notices">
      <Banners />
      <Toasts />
    </div>
  );
}
