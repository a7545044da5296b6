import { useRef, useState } from 'react';
import { IconButton } from '../primitives/IconButton';
import { LAYOUTS, LayoutItems } from '../primitives/LayoutItems';
import { Menu } from '../primitives/Menu';
import { useT, useUi, useView } from '../state/context';
import { showLayout } from '../state/layout';

/** The widget's layouts side by side, or in a menu where there is no room for them. */
export function LayoutSwitch({ narrow }: { narrow: boolean }) {
  const t = useT();
  const view = useView();
  const layout = useUi((state) => state.layout);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);

  if (!narrow) {
    return (
      <div className="ar-widget__layouts" role="group" aria-label={t('view.menu')}>
        {LAYOUTS.component.map((choice) => (
          <IconButton key={choice.layout} icon={choice.icon} label={t(`view.${choice.layout}`)} aria-pressed={layout === choice.layout} className="ar-named zoom-MuiButton-root" onClick={() => showLayout(view, choice.layout)} />
        ))}
      </div>
    );
  }
  const icon = LAYOUTS.component.find((choice) => choice.layout === layout)?.icon ?? 'speaker';
  return (
    <>
      <IconButton ref={button} icon={icon} label={t('view.menu')} aria-haspopup="menu" aria-expanded={open} className="ar-named zoom-MuiButton-root" onClick={() => setOpen(!open)} />
      {open ? <Menu anchor={button} label={t('view.menu')} onClose={close} placement="bottom-end"><LayoutItems onDone={close} /></Menu> : null}
    </>
  );
}
