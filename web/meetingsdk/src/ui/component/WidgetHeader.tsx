import { useRef } from 'react';
import { Icon } from '../icons/Icon';
import { IconButton } from '../primitives/IconButton';
import { InfoButton } from '../primitives/InfoButton';
import { Title } from '../primitives/Landmark';
import { useElementSize } from '../primitives/useElementSize';
import { useMeeting, useT, useView } from '../state/context';
import { showLayout } from '../state/layout';
import { LayoutSwitch } from './LayoutSwitch';

/** Below this width the layouts share one button. */
const NARROW = 300;

/** The widget's title, by which it is dragged, and its layouts. */
export function WidgetHeader() {
  const t = useT();
  const view = useView();
  const box = useRef<HTMLDivElement>(null);
  const { width } = useElementSize(box);
  const topic = useMeeting((state) => state.session?.topic ?? '');
  const locked = useMeeting((state) => state.session?.locked ?? false);
  return (
    <div ref={box} className="ar-widget__head ar-widget__grip">
      <InfoButton />
      <Title className="ar-widget__topic">{topic || t('header.untitled')}</Title>
      {locked ? <span className="ar-header__lock" role="img" aria-label={t('header.locked')} title={t('header.locked')}><Icon name="lock" /></span> : null}
      <LayoutSwitch narrow={width > 0 && width < NARROW} />
      <IconButton icon="minimise" label={t('view.minimise')} onClick={() => showLayout(view, 'minimized')} />
    </div>
  );
}
