import { useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useMeeting, useOption, useT, useUi, useView } from '../state/context';
import { ToolbarButton } from './ToolbarButton';

/** Starts and stops sharing one's screen; beforehand, whether with its sound. */
export function ShareControl() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const share = useMeeting((state) => state.share);
  const sound = useUi((state) => state.shareSound);
  const withSound = !useOption('hideShareAudioOption');
  const arrow = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const on = share === 'on';
  const setSound = () => {
    setOpen(false);
    actions.setShareSound(!sound);
    ui.set({ shareSound: !sound });
  };
  return (
    <div className="ar-tool-pair">
      <ToolbarButton
        icon={on ? 'shareStop' : 'share'}
        text={t(on ? 'share.stopShort' : 'share.start')}
        label={t(on ? 'share.stop' : 'share.startLabel')}
        tone={on ? 'on' : 'plain'}
        busy={share === 'starting'}
        className={on ? 'sharer-button--stop' : 'sharing-entry-button'}
        onClick={() => run(actions.setShare(!on))}
      />
      {withSound && share === 'off' ? (
        <button ref={arrow} type="button" className="ar-tool__more" aria-label={t('share.menu')} title={t('share.menu')} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="chevronUp" />
        </button>
      ) : null}
      {open ? (
        <Menu anchor={arrow} label={t('share.menu')} onClose={() => setOpen(false)}>
          <MenuItem on={sound} label={t('share.sound')} onSelect={setSound} />
        </Menu>
      ) : null}
    </div>
  );
}
