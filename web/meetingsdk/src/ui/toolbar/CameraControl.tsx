import type { MeetingState } from '../../core/model';
import type { IconName } from '../icons/paths';
import { useActions, useMeeting, useT, useView } from '../state/context';
import { DeviceMenu } from './DeviceMenu';
import { ToolbarButton } from './ToolbarButton';

const APPEARANCES: Record<MeetingState['camera'], { icon: IconName; text: string; label: string }> = {
  off: { icon: 'cameraOff', text: 'camera.start', label: 'camera.startLabel' },
  starting: { icon: 'camera', text: 'camera.starting', label: 'camera.starting' },
  on: { icon: 'camera', text: 'camera.stop', label: 'camera.stopLabel' },
  denied: { icon: 'cameraOff', text: 'camera.denied', label: 'camera.deniedLabel' },
  missing: { icon: 'cameraOff', text: 'camera.missing', label: 'camera.missingLabel' },
};

/** The camera's button with its device menu. */
export function CameraControl() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const camera = useMeeting((state) => state.camera);
  const appearance = APPEARANCES[camera];

  return (
    <div className="ar-tool-pair send-video-container">
      <ToolbarButton
        icon={appearance.icon}
        text={t(appearance.text)}
        label={t(appearance.label)}
        tone={camera === 'on' || camera === 'starting' ? 'plain' : 'off'}
        busy={camera === 'starting'}
        className="send-video-container__btn"
        onClick={() => run(actions.setCamera(camera !== 'on'))}
      />
      <DeviceMenu kinds={['camera']} label={t('camera.menu')} />
    </div>
  );
}
