import { useEffect, useState } from 'react';
import { Button } from '../parts/Button';
import { Icon } from '../icons/Icon';
import { Spinner } from '../parts/Spinner';
import { useActions, useMeeting, useT, useView } from '../state/context';

/** Lines over the stage that stay while something lasts: the broken line, silenced sound. */
export function Banners() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const reconnecting = useMeeting((state) => state.phase === 'reconnecting');
  const silenced = useMeeting((state) => !state.canPlaySound && (state.phase === 'inMeeting' || state.phase === 'reconnecting'));
  const since = useMeeting((state) => state.reconnectingSince);
  const [extra, setExtra] = useState(0);

  useEffect(() => {
    if (!reconnecting) return;
    const timer = setInterval(() => setExtra((seconds) => seconds + 1), 1000);
    return () => {
      clearInterval(timer);
      setExtra(0);
    };
  }, [reconnecting, since]);

  const seconds = Math.round((since ?? 0) + extra);
  return (
    <div className="ar-banners">
      {reconnecting ? (
        <div className="ar-banner ar-banner--warning">
          <Spinner />
          <span role="status">{t('reconnecting.text')}</span>
          {seconds > 2 ? <span className="ar-banner__fine">{t('reconnecting.since', { seconds })}</span> : null}
        </div>
      ) : null}
      {silenced ? (
        <div className="ar-banner">
          <Icon name="soundOff" />
          <span role="status">{t('sound.text')}</span>
          <Button tone="primary" onClick={() => run(actions.unlockSound())}>{t('sound.unlock')}</Button>
        </div>
      ) : null}
    </div>
  );
}
