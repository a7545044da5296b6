import { Button } from '../parts/Button';
import { useActions, useMeeting, useT, useView } from '../state/context';
import { DeviceTrial } from './DeviceTrial';
import { StatusPage } from './StatusPage';

/** In the waiting room until a host opens the door. */
export function WaitingRoomPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const topic = useMeeting((state) => state.session?.topic ?? state.awaited?.topic);
  return (
    <StatusPage icon="door" busy over={topic} title={t('waitingRoom.title')} actions={<Button onClick={() => run(actions.leave())}>{t('leave.leave')}</Button>}>
      <p>{t('waitingRoom.text')}</p>
      <DeviceTrial />
    </StatusPage>
  );
}
