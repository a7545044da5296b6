import { Icon } from '../icons/Icon';
import { groupNumber } from '../logic/format';
import { useMeeting, useT } from '../state/context';
import { InfoButton } from '../primitives/InfoButton';
import { ViewMenu } from './ViewMenu';

/** What meeting this is, and how it is shown. */
export function Header() {
  const t = useT();
  const topic = useMeeting((state) => state.session?.topic ?? '');
  const number = useMeeting((state) => state.session?.meetingNumber ?? '');
  const locked = useMeeting((state) => state.session?.locked ?? false);
  return (
    <header className="ar-header meeting-info-container meeting-info-container__wrapper">
      <InfoButton />
      <div className="ar-header__text">
        <h1 className="ar-header__topic">{topic || t('header.untitled')}</h1>
        {number ? <span className="ar-header__number" dir="ltr">{groupNumber(number)}</span> : null}
        {locked ? <span className="ar-header__lock"><Icon name="lock" /><span>{t('header.locked')}</span></span> : null}
      </div>
      <ViewMenu />
    </header>
  );
}
