import { Button } from '../parts/Button';
import { DeviceSelect } from '../parts/DeviceSelect';
import { Dialog } from '../parts/Dialog';
import { useActions, useMeeting, useT, useView } from '../state/context';

/** Which microphone, speaker and camera are used. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const devices = useMeeting((state) => state.devices);
  return (
    <Dialog title={t('settings.title')} onClose={onClose} footer={<Button tone="primary" onClick={onClose}>{t('action.done')}</Button>}>
      <DeviceSelect kind="microphone" choices={devices.microphones} value={devices.microphone} onChange={(id) => run(actions.chooseDevice('microphone', id))} />
      <DeviceSelect kind="speaker" choices={devices.speakers} value={devices.speaker} onChange={(id) => run(actions.chooseDevice('speaker', id))} />
      <DeviceSelect kind="camera" choices={devices.cameras} value={devices.camera} onChange={(id) => run(actions.chooseDevice('camera', id))} />
    </Dialog>
  );
}
