import { useT } from '../state/context';
import { ToolbarButton } from './ToolbarButton';
import { useSwitchCamera } from './useSwitchCamera';

/** Turns to the other camera; on touch screens only, for phones and tablets have one at each side. */
export function SwitchCameraControl() {
  const t = useT();
  const switchCamera = useSwitchCamera();
  return switchCamera ? <ToolbarButton icon="flip" text={t('camera.flip')} className="ar-tool--touch" onClick={switchCamera} /> : null;
}
