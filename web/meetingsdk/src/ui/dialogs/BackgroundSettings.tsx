import { Backgrounds } from '../primitives/Backgrounds';
import { useMeeting, useT } from '../state/context';

/** The background of the own video: unchanged, blurred, or an image of the app's list. */
export function BackgroundSettings() {
  const t = useT();
  const { supported, locked, busy } = useMeeting((state) => state.background);
  const camera = useMeeting((state) => state.camera);
  if (supported === false) return <p>{t('background.unsupported')}</p>;
  return (
    <>
      <Backgrounds busy={busy} disabled={busy} />
      <p className="ar-field__hint" role="status">{t(locked ? 'background.locked' : busy ? 'background.busy' : camera === 'on' ? 'background.hint' : 'background.cameraOff')}</p>
    </>
  );
}
