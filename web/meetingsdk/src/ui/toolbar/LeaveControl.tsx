import { useRef, useState } from 'react';
import { successors } from '../logic/order';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useMeeting, useSelf, useT, useView } from '../state/context';
import { ToolbarButton } from './ToolbarButton';

/** Leaving, and for the host ending for everybody. Nobody leaves by one stray click. */
export function LeaveControl() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const host = useSelf()?.role === 'host';
  // A host who leaves others behind is asked who takes over.
  const hand = useMeeting((state) => successors(state).length > 0) && host;
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);

  return (
    <div className="ar-leave footer__leave-btn-container">
      <ToolbarButton
        ref={button}
        icon="leave"
        text={t('leave.short')}
        tone="danger"
        popup="menu"
        expanded={open}
        className="footer__leave-btn leave-btn"
        onClick={() => setOpen(!open)}
      />
      {open ? (
        <Menu anchor={button} label={t('leave.short')} onClose={() => setOpen(false)} placement="top-end">
          {host ? <MenuItem icon="close" danger label={t('leave.end')} className="leave-meeting-options__btn" onSelect={() => { setOpen(false); run(actions.end()); }} /> : null}
          <MenuItem icon="leave" danger={!host} label={t('leave.leave')} className="leave-meeting-options__btn" onSelect={() => { setOpen(false); if (hand) ui.set({ dialog: { name: 'successor' } }); else run(actions.leave()); }} />
        </Menu>
      ) : null}
    </div>
  );
}
