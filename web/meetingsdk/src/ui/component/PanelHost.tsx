import { useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { LazyPart } from '../lazy/LazyPart';
import { useUi, useView } from '../state/context';
import type { PanelName } from '../state/ui-state';
import { usePopper } from './usePopper';

/** The open panel: inside the widget, or as a popper where the app wants it. */
export function PanelHost() {
  const panel = useUi((state) => state.panel);
  return panel && <LazyPart opened="panel">{({ ChatPanel, ParticipantsPanel }) => <Placed panel={panel}>{panel === 'chat' ? <ChatPanel /> : <ParticipantsPanel />}</Placed>}</LazyPart>;
}

function Placed({ panel, children }: { panel: PanelName; children: ReactNode }) {
  const { layer } = useView();
  const box = useRef<HTMLDivElement>(null);
  const at = usePopper(panel, box);
  const target = layer();
  if (!at || !target) return children;
  return createPortal(<div ref={box} className="ar-popper zoom-MuiPopper-root" style={at}>{children}</div>, target);
}
