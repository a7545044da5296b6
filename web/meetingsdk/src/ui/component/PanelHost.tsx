import { useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { createPortal } from 'react-dom';
import { place } from '../logic/placement';
import { ChatPanel } from '../panels/ChatPanel';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { useUi, useView } from '../state/context';
import type { WidgetWishes } from './customize';

/** The open panel: inside the widget, or as a popper where the app wants it. */
export function PanelHost({ wishes }: { wishes: WidgetWishes }) {
  const { layer, rtl } = useView();
  const panel = useUi((state) => state.panel);
  const wish = panel ? wishes[panel] : null;
  const marker = useRef<HTMLSpanElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<CSSProperties>({ opacity: 0 });

  useLayoutEffect(() => {
    const popup = box.current;
    const target = layer();
    if (!popup || !target || !wish) return;
    const settle = () => {
      if (wish.position) return setAt({ ...wish.position });
      const anchor = wish.anchorElement?.isConnected ? wish.anchorElement : marker.current?.closest('.ar-widget');
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
  }, [wish, layer, rtl]);

  const content = panel === 'participants' ? <ParticipantsPanel /> : panel === 'chat' ? <ChatPanel /> : null;
  const target = layer();
  if (!content || !wish || !target) return content;
  return (
    <>
      <span ref={marker} hidden />
      {createPortal(<div ref={box} className="ar-popper zoom-MuiPopper-root" style={at}>{content}</div>, target)}
    </>
  );
}
