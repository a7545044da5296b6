import { useEffect, useState } from 'react';
import { Button } from '../primitives/Button';
import { findParticipant, sharersOf } from '../logic/order';
import { canManage } from '../logic/permissions';
import { Icon } from '../icons/Icon';
import { Spinner } from '../primitives/Spinner';
import { useActions, useMeeting, useT, useUi, useView } from '../state/context';

/** Banners over the stage for as long as something lasts: a lost connection, blocked audio. */
export function Banners() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const reconnecting = useMeeting((state) => state.phase === 'reconnecting');
  const audioBlocked = useMeeting((state) => !state.canPlaySound && (state.phase === 'inMeeting' || state.phase === 'reconnecting'));
  const since = useMeeting((state) => state.reconnectingSince);
  // Requests of participants who have left are dropped.
  const asking = useMeeting((state) => (canManage(findParticipant(state.participants, state.self?.userId) ?? null) ? state.captureRequests.map((id) => findParticipant(state.participants, id)).find(Boolean) : undefined));
  // If the stage shows something else, users must still see that their screen is shared.
  const layout = useUi((state) => state.layout);
  const sharing = useMeeting((state) => state.share === 'on' && layout !== 'minimized' && sharersOf(state).length > 0);
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
      {sharing ? (
        <div className="ar-banner ar-banner--share">
          <Icon name="share" />
          <span role="status">{t('share.own')}</span>
          <Button tone="danger" className="sharer-button--stop" onClick={() => run(actions.setShare(false))}>{t('share.stop')}</Button>
        </div>
      ) : null}
      {asking === undefined ? null : (
        <div className="ar-banner ar-banner--asks">
          <Icon name="record" />
          <span role="status">{t('capture.asks', { name: asking.userName })}</span>
          <Button onClick={() => run(actions.permitCapture(asking.userId, false))}>{t('capture.deny')}</Button>
          <Button tone="primary" onClick={() => run(actions.permitCapture(asking.userId, true))}>{t('capture.allow')}</Button>
        </div>
      )}
      {reconnecting ? (
        <div className="ar-banner ar-banner--warning">
          <Spinner />
          <span role="status">{t('reconnecting.text')}</span>
          {seconds > 2 ? <span className="ar-banner__fine">{t('reconnecting.since', { seconds })}</span> : null}
        </div>
      ) : null}
      {audioBlocked ? (
        <div className="ar-banner">
          <Icon name="soundOff" />
          <span role="status">{t('sound.text')}</span>
          <Button tone="primary" onClick={() => run(actions.unlockSound())}>{t('sound.unlock')}</Button>
        </div>
      ) : null}
    </div>
  );
}
