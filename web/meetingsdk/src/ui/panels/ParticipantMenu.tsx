import { useRef, useState } from 'react';
import type { Participant } from '../../core/model';
import { IconButton } from '../primitives/IconButton';
import { Menu } from '../primitives/Menu';
import { useT } from '../state/context';
import { ParticipantMenuEntries } from './ParticipantMenuEntries';

/** The button of the menu on one person. The entries are made only when it opens: there are 300 of these. */
export function ParticipantMenu({ person }: { person: Participant }) {
  const t = useT();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const label = t('participants.menu', { name: person.userName });
  return (
    <>
      <IconButton ref={button} icon="more" label={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)} />
      {open ? (
        <Menu anchor={button} label={label} onClose={close} placement="bottom-end">
          <ParticipantMenuEntries person={person} onDone={close} />
        </Menu>
      ) : null}
    </>
  );
}
