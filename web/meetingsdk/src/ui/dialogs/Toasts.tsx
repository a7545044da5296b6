import { useEffect, useMemo } from 'react';
import { Icon } from '../icons/Icon';
import { joinSentences } from '../logic/sentences';
import { IconButton } from '../primitives/IconButton';
import { useActions, useMeeting, useT, useUi, useView } from '../state/context';
import { ChatNotice } from './ChatNotice';
import { LiveRegion } from './LiveRegion';
import { Requests } from './Requests';

/** How long a notice stays, in milliseconds; errors stay until closed. */
const DURATION_MS = 6000;
const MAX_TOASTS = 4;

/** Notices for a moment, read aloud politely. */
export function Toasts() {
  const t = useT();
  const actions = useActions();
  const { ui } = useView();
  const core = useMeeting((state) => state.notices);
  const own = useUi((state) => state.notices);
  const shown = useMemo(
    () => [
      ...core.map((notice) => ({ ...notice, key: `m${notice.id}`, text: t(notice.key, notice.values), close: () => actions.dismissNotice(notice.id) })),
      ...own.map((notice) => ({ ...notice, key: `v${notice.id}`, text: t(notice.key, notice.values), close: () => ui.set({ notices: ui.get().notices.filter((other) => other.id !== notice.id) }) })),
    ].slice(-MAX_TOASTS),
    [core, own, t, actions, ui],
  );

  const passing = shown.find((notice) => notice.level !== 'error');
  const passingKey = passing?.key;
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(passing.close, DURATION_MS);
    return () => clearTimeout(timer);
    // One timer for the oldest temporary notice; it restarts only when that one changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [passingKey]);

  return (
    <>
      <LiveRegion text={joinSentences(t, shown.map((notice) => notice.text))} />
      <div className="ar-toasts" id="notificationManager">
        <Requests />
        <ChatNotice />
        {shown.map((notice) => (
          <div key={notice.key} className={`ar-toast ar-toast--${notice.level}`}>
            <Icon name={notice.level === 'info' ? 'info' : 'warning'} />
            <span>{notice.text}</span>
            <IconButton icon="close" label={t('notice.close')} onClick={notice.close} />
          </div>
        ))}
      </div>
    </>
  );
}
