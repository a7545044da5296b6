import { useRef } from 'react';
import { createPortal } from 'react-dom';
import { ChatPanel } from '../panels/ChatPanel';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { useUi, useView } from '../state/context';
import { usePopper } from './usePopper';

/** The open panel: inside the widget, or as a popper where the app wants it. */
export function PanelHost() {
  const { layer } = useView();
  const panel = useUi((state) => state.panel);
  const box = useRef<HTMLDivElement>(null);
  const at = usePopper(panel, box);

  const content = panel === 'participants' ? <ParticipantsPanel /> : panel === 'chat' ? <ChatPanel /> : null;
  const target = layer();
  if (!content || !at || !target) return content;
  return createPortal(<div ref={box} className="ar-popper zoom-MuiPopper-root" style={at}>{content}</div>, target);
}
