import { useEffect, useRef, useState } from 'react';
import { facesAway } from '../logic/facing';
import { Button } from '../primitives/Button';
import { useMeeting, useOption, useT } from '../state/context';
import { LevelMeter } from './LevelMeter';
import { usePreviewStream } from './usePreviewStream';

/** Lets a waiting user test camera and microphone; nothing is opened before they start it. */
export function DeviceTest() {
  const t = useT();
  const enabled = useOption('enableWaitingRoomPreview');
  const withAV = useOption('isSupportAV');
  const withoutAudio = useOption('disableJoinAudio');
  const mirrored = useMeeting((state) => state.mirrored);
  const [on, setOn] = useState(false);
  const sound = usePreviewStream('audio', on && !withoutAudio, '');
  const picture = usePreviewStream('video', on, '');
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    if (video.current) video.current.srcObject = picture.stream;
  }, [picture.stream]);

  if (!enabled || !withAV) return null;
  return (
    <div className="ar-trial">
      {on ? (
        <>
          <div className="ar-settings__picture">
            {picture.state === 'on' ? (
              <video ref={video} className={`ar-video${mirrored && !facesAway(picture.stream) ? ' ar-video--mirrored' : ''}`} aria-label={t('preview.picture')} autoPlay playsInline muted />
            ) : (
              <span>{t(picture.state === 'busy' ? 'camera.busyLabel' : picture.state === 'starting' ? 'camera.starting' : picture.state === 'missing' ? 'camera.missingLabel' : 'camera.deniedLabel')}</span>
            )}
          </div>
          {withoutAudio ? null : <LevelMeter stream={sound.stream} />}
        </>
      ) : null}
      <Button tone="quiet" onClick={() => setOn(!on)}>{t(on ? 'preview.testEnd' : 'preview.test')}</Button>
    </div>
  );
}
