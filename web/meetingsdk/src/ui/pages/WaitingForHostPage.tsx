import { dayAndTime } from '../logic/format';
import { Button } from '../primitives/Button';
import { useActions, useMeeting, useView } from '../state/context';
import { DeviceTest } from './DeviceTest';
import { StatusPage } from './StatusPage';

/** The meeting exists, its host is not there yet (3008). */
export function WaitingForHostPage() {
  const { t, language, run } = useView();
  const actions = useActions();
  const meeting = useMeeting((state) => state.awaitedMeeting);
  const when = meeting?.scheduleTime ? dayAndTime(meeting.scheduleTime, language) : '';
  return (
    <StatusPage icon="clock" busy over={meeting?.topic} title={t('waitingForHost.title')} actions={<Button className="leave-btn" onClick={() => run(actions.leave())}>{t('leave.leave')}</Button>}>
      {when ? <p>{t('waitingForHost.scheduled', { time: when })}</p> : null}
      <p>{t('waitingForHost.text')}</p>
      <DeviceTest />
    </StatusPage>
  );
}
