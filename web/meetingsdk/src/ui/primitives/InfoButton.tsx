import { useRef, useState } from 'react';
import { useT } from '../state/context';
import { IconButton } from './IconButton';
import { InfoCard } from './InfoCard';
import { Popover } from './Popover';

/** Opens what is known about the meeting. */
export function InfoButton() {
  const t = useT();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton ref={button} icon="info" label={t('info.open')} className="ar-named meeting-info-icon__icon-wrap" aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)} />
      {open ? (
        <Popover anchor={button} onClose={() => setOpen(false)} className="ar-info" popper="meeting">
          <InfoCard />
        </Popover>
      ) : null}
    </>
  );
}
