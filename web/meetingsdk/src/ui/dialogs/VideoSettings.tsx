import { useEffect, useRef } from 'react';
import { deviceProblem } from '../logic/device-problem';
import { facesAway } from '../logic/facing';
import { usePreviewStream } from '../pages/usePreviewStream';
import { DeviceSelect } from '../primitives/DeviceSelect';
import { useActions, useMeeting, useT, useView } from '../state/context';

/** The camera, its preview, and whether the own video is mirrored. */
export function VideoSettings() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const devices = useMeeting((state) => state.devices);
  const mirrored = useMeeting((state) => state.mirrored);
  const video = useRef<HTMLVideoElement>(null);
  const denied = useMeeting((all) => all.camera === 'denied');
  const { stream, state } = usePreviewStream('video', devices.cameras.length > 0, devices.camera);
  const blocked = state === 'denied' || (denied && devices.cameras.length === 0);
  const problem = deviceProblem('camera', blocked ? 'denied' : devices.cameras.length === 0 ? 'missing' : state, navigator.userAgent);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <>
      <div className="ar-settings__picture">
        {state === 'on' ? (
          <video ref={video} className={`ar-video${mirrored && !facesAway(stream) ? ' ar-video--mirrored' : ''}`} aria-label={t('preview.picture')} autoPlay playsInline muted />
        ) : (
          <p className="ar-settings__trouble" role="status">{problem ? <><strong>{t(problem.what)}</strong><span>{t(problem.fix)}</span></> : t('camera.starting')}</p>
        )}
      </div>
      <DeviceSelect kind="camera" choices={devices.cameras} value={devices.camera} onChange={(id) => run(actions.chooseDevice('camera', id))} none={blocked ? 'camera.denied' : undefined} />
      <label className="ar-check">
        <input type="checkbox" checked={mirrored} onChange={(event) => actions.setMirrored(event.target.checked)} />
        <span>{t('video.mirror')}</span>
      </label>
    </>
  );
}
