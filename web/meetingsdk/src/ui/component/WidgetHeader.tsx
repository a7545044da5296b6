import type { IconName } from '../icons/paths';
import { Icon } from '../icons/Icon';
import { IconButton } from '../parts/IconButton';
import { InfoButton } from '../parts/InfoButton';
import { Title } from '../parts/Landmark';
import { useMeeting, useT, useUi, useView } from '../state/context';
import type { Layout } from '../state/ui-state';

const LAYOUTS: readonly { layout: Layout; icon: IconName }[] = [
  { layout: 'speaker', icon: 'speaker' },
  { layout: 'gallery', icon: 'gallery' },
  { layout: 'ribbon', icon: 'ribbon' },
];

/** The widget's title, by which it is dragged, and its layouts. */
export function WidgetHeader() {
  const t = useT();
  const { model, ui } = useView();
  const layout = useUi((state) => state.layout);
  const topic = useMeeting((state) => state.session?.topic ?? '');
  const locked = useMeeting((state) => state.session?.locked ?? false);
  return (
    <div className="ar-widget__head ar-widget__grip">
      <InfoButton />
      <Title className="ar-widget__topic">{topic || t('header.untitled')}</Title>
      {locked ? <span className="ar-header__lock" role="img" aria-label={t('header.locked')} title={t('header.locked')}><Icon name="lock" /></span> : null}
      <div className="ar-widget__layouts" role="group" aria-label={t('view.menu')}>
        {LAYOUTS.map((choice) => (
          <IconButton
            key={choice.layout}
            icon={choice.icon}
            label={t(`view.${choice.layout}`)}
            aria-pressed={layout === choice.layout}
            className="zoom-MuiButton-root"
            onClick={() => {
              ui.set({ layout: choice.layout });
              if (choice.layout === 'gallery') model.actions.removeAllPins();
            }}
          />
        ))}
      </div>
      <IconButton icon="minimise" label={t('view.minimise')} onClick={() => ui.set({ layout: 'minimized', panel: null })} />
    </div>
  );
}
