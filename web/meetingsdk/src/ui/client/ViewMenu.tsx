import { useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';
import { Menu } from '../parts/Menu';
import { MenuItem } from '../parts/MenuItem';
import { useT, useUi, useView } from '../state/context';
import type { Layout } from '../state/ui-state';

const LAYOUTS: readonly { layout: Layout; icon: IconName }[] = [
  { layout: 'speaker', icon: 'speaker' },
  { layout: 'gallery', icon: 'gallery' },
];

/** Chooses the layout of the stage, and full screen. */
export function ViewMenu() {
  const t = useT();
  const { model, ui, layer } = useView();
  const layout = useUi((state) => state.layout);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);

  const fullScreen = () => {
    setOpen(false);
    const document = layer()?.ownerDocument;
    const host = layer()?.parentElement;
    if (!document || !host) return;
    // Refused by the browser means that nothing changes, which the person sees.
    if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
    else host.requestFullscreen().catch(() => undefined);
  };

  return (
    <>
      <button ref={button} type="button" className="ar-view-button" aria-haspopup="menu" aria-expanded={open} aria-label={t('view.menu')} onClick={() => setOpen(!open)}>
        <Icon name={layout === 'gallery' ? 'gallery' : 'speaker'} />
        <span aria-hidden="true">{t('view.short')}</span>
      </button>
      {open ? (
        <Menu anchor={button} label={t('view.menu')} onClose={() => setOpen(false)} placement="bottom-end">
          {LAYOUTS.map((choice) => (
            <MenuItem
              key={choice.layout}
              label={t(`view.${choice.layout}`)}
              checked={layout === choice.layout}
              onSelect={() => {
                setOpen(false);
                ui.set({ layout: choice.layout });
                if (choice.layout === 'gallery') model.actions.removeAllPins();
              }}
            />
          ))}
          <div className="ar-menu__line" role="separator" />
          <MenuItem icon="fullscreen" label={t('view.fullScreen')} onSelect={fullScreen} />
        </Menu>
      ) : null}
    </>
  );
}
