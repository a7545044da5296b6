import { useRef, useState } from 'react';
import type { SessionRules } from '../../core/model';
import { canManage } from '../logic/permissions';
import { Menu } from '../primitives/Menu';
import { MenuHeading } from '../primitives/MenuHeading';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useMeeting, useSelf, useT, useView } from '../state/context';
import { ToolbarButton } from './ToolbarButton';

const CHAT: readonly { reach: SessionRules['chatAllowed']; key: string }[] = [
  { reach: 'everyone', key: 'host.chatEveryone' },
  { reach: 'hosts', key: 'host.chatHosts' },
  { reach: 'off', key: 'host.chatOff' },
];

/** What hosts decide for the whole meeting, each with its state. */
export function HostControl() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  if (!canManage(self) || !session) return null;
  const close = () => setOpen(false);
  const then = (action: () => void) => () => {
    close();
    action();
  };
  // The menu stays open after a change of a rule, for there are often two.
  const rule = (rules: Partial<SessionRules>) => () => run(actions.setRules(rules));
  const everyoneShares = session.shareAllowed === 'everyone';

  return (
    <>
      <ToolbarButton ref={button} icon="shield" text={t('host.tools')} popup="menu" expanded={open} className="ar-host-tools" onClick={() => setOpen(!open)} />
      {open ? (
        <Menu anchor={button} label={t('host.tools')} onClose={close}>
          {session.practice ? <MenuItem icon="people" label={t('host.startWebinar')} onSelect={then(() => run(actions.startWebinar()))} /> : null}
          {self?.originHost && self.role !== 'host' ? <MenuItem icon="crown" label={t('person.reclaimHost')} onSelect={then(() => run(actions.reclaimHost()))} /> : null}
          <MenuItem icon="micOff" label={t('host.muteAll')} onSelect={then(() => ui.set({ dialog: { name: 'muteAll' } }))} />
          <div className="ar-menu__line" role="separator" />
          <MenuItem on={session.locked} label={t('host.lock')} onSelect={() => run(actions.lock(!session.locked))} />
          <MenuItem on={session.focusMode} label={t('host.focusMode')} onSelect={rule({ focusMode: !session.focusMode })} />
          <MenuHeading>{t('host.allow')}</MenuHeading>
          <MenuItem on={session.unmuteAllowed} label={t('host.allowUnmute')} onSelect={rule({ unmuteAllowed: !session.unmuteAllowed })} />
          <MenuItem on={session.renameAllowed} label={t('host.allowRename')} onSelect={rule({ renameAllowed: !session.renameAllowed })} />
          <MenuItem on={everyoneShares} label={t('host.allowShare')} onSelect={rule({ shareAllowed: everyoneShares ? 'hosts' : 'everyone' })} />
          <MenuItem on={session.severalSharers} label={t('host.severalSharers')} onSelect={rule({ severalSharers: !session.severalSharers })} />
          <MenuHeading>{t('host.chat')}</MenuHeading>
          {CHAT.map(({ reach, key }) => (
            <MenuItem key={reach} checked={session.chatAllowed === reach} label={t(key)} onSelect={rule({ chatAllowed: reach })} />
          ))}
        </Menu>
      ) : null}
    </>
  );
}
