import { Icon } from '../icons/Icon';
import { canManage } from '../logic/permissions';
import { Button } from '../primitives/Button';
import { useActions, useMeeting, useSelf, useT, useView } from '../state/context';

/** What everybody has to know as long as it lasts: focus mode, and who records. */
export function StageNotes() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const manages = canManage(useSelf());
  const focus = useMeeting((state) => state.session?.focusMode ?? false);
  const recording = useMeeting((state) => state.participants.filter((person) => person.capture === 'on').map((person) => person.userName));
  if (!focus && recording.length === 0) return null;
  return (
    <div className="ar-notes">
      {recording.length > 0 ? (
        <div className="ar-note ar-note--live">
          <Icon name="record" />
          <span role="status">{recording.length === 1 ? t('capture.by', { name: recording[0] ?? '' }) : t('capture.several', { count: recording.length })}</span>
        </div>
      ) : null}
      {focus ? (
        <div className="ar-note">
          <Icon name="focus" />
          <span role="status">{t(manages ? 'focus.hostText' : 'focus.text')}</span>
          {manages ? <Button tone="quiet" onClick={() => run(actions.setRules({ focusMode: false }))}>{t('focus.stop')}</Button> : null}
        </div>
      ) : null}
    </div>
  );
}
