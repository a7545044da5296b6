import { useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { LayoutItems } from '../primitives/LayoutItems';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useFullScreen } from '../primitives/useFullScreen';
import { useT, useUi } from '../state/context';

/** Chooses the layout of the stage, and full screen. */
export function ViewMenu() {
  const t = useT();
  const layout = useUi((state) => state.layout);
  const fullScreen = useFullScreen();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);

  return (
    <>
      <button ref={button} type="button" className="ar-view-button" aria-haspopup="menu" aria-expanded={open} aria-label={t('view.menu')} onClick={() => setOpen(!open)}>
        <Icon name={layout === 'gallery' ? 'gallery' : 'speaker'} />
        <span aria-hidden="true">{t('view.short')}</span>
      </button>
      {open ? (
        <Menu anchor={button} label={t('view.menu')} onClose={close} placement="bottom-end">
          <LayoutItems onDone={close} />
          <div className="ar-menu__line" role="separator" />
          <MenuItem icon="fullscreen" label={t('view.fullScreen')} onSelect={() => { close(); fullScreen(); }} />
        </Menu>
      ) : null}
    </>
  );
}
