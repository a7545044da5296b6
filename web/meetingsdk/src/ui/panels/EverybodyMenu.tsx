import { useRef, useState } from 'react';
import { IconButton } from '../primitives/IconButton';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useT, useView } from '../state/context';

/** What a host does to all at once, less often than muting. */
export function EverybodyMenu({ hands }: { hands: boolean }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const then = (command: () => Promise<void>) => () => {
    setOpen(false);
    run(command());
  };
  return (
    <>
      <IconButton ref={button} icon="more" label={t('host.everybody')} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)} />
      {open ? (
        <Menu anchor={button} label={t('host.everybody')} onClose={() => setOpen(false)} placement="top-end">
          <MenuItem icon="mic" label={t('host.askAllUnmute')} onSelect={then(() => actions.muteAll(false))} />
          <MenuItem icon="hand" label={t('host.lowerHands')} disabled={!hands} onSelect={then(() => actions.lowerAllHands())} />
        </Menu>
      ) : null}
    </>
  );
}
