import { useEffect, useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { Avatar } from '../parts/Avatar';
import { Button } from '../parts/Button';
import { DeviceSelect } from '../parts/DeviceSelect';
import { deviceTrouble } from '../logic/device-trouble';
import { Main, Title } from '../parts/Landmark';
import { SpeakerTest } from '../parts/SpeakerTest';
import { useActions, useMeeting, useOption, useT, useView } from '../state/context';
import { LevelMeter } from './LevelMeter';
import { useDeviceLists } from './useDeviceLists';
import { usePreviewStream } from './usePreviewStream';

/** Camera and microphone before joining: see oneself, hear that it works, go in. */
export function PreviewPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const topic = useMeeting((state) => state.session?.topic ?? state.awaited?.topic);
  const name = useMeeting((state) => state.joinsAs);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const switches = useMeeting((state) => state.switches);
  const [microphone, setMicrophone] = useState(switches.microphone);
  const [camera, setCamera] = useState(switches.camera);
  /** Confirmed: the devices are closed, and the page stays until one is let in. */
  const [joining, setJoining] = useState(false);
  const chosen = useMeeting((state) => state.devices);
  const [microphoneId, setMicrophoneId] = useState(chosen.microphone);
  const [cameraId, setCameraId] = useState(chosen.camera);
  const [attempt, setAttempt] = useState(0);
  const again = () => setAttempt((count) => count + 1);
  const sound = usePreviewStream('audio', withAudio && microphone && !joining, microphoneId, attempt);
  const picture = usePreviewStream('video', withAV && camera && !joining, cameraId, attempt);
  const lists = useDeviceLists(`${sound.state}/${picture.state}`);
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = picture.stream;
    return () => {
      element.srcObject = null;
    };
  }, [picture.stream]);

  const join = () => {
    if (joining) return;
    setJoining(true);
    picture.stream?.getTracks().forEach((track) => track.stop());
    sound.stream?.getTracks().forEach((track) => track.stop());
    actions.finishPreview({ microphone: sound.state === 'on', camera: picture.state === 'on', microphoneId, cameraId, switches: { microphone, camera } });
  };
  const [pictureTrouble, soundTrouble] = [deviceTrouble('camera', picture.state, navigator.userAgent), deviceTrouble('mic', sound.state, navigator.userAgent)];
  const [speaks, films] = [microphone && !soundTrouble, camera && !pictureTrouble];
  const use = (trouble: object | null, wanted: boolean, want: (on: boolean) => void) => () => (trouble ? again() : want(!wanted));

  return (
    <Main className="ar-page ar-preview">
      <div className="ar-preview__card">
        <div className="ar-preview__picture">
          <Avatar name={name || '?'} />
          {pictureTrouble ? (
            <div className="ar-preview__trouble" role="status">
              <strong>{t(pictureTrouble.what)}</strong>
              <span>{t(pictureTrouble.cure)}</span>
              <Button onClick={again}>{t('preview.retry')}</Button>
            </div>
          ) : joining || picture.state === 'on' ? null : <p className="ar-preview__off">{t(picture.state === 'starting' ? 'camera.starting' : 'preview.cameraOff')}</p>}
          {name ? <span className="ar-badge"><span className="ar-badge__name">{name}</span></span> : null}
          <video ref={video} className="ar-video ar-video--mirrored" hidden={picture.state !== 'on'} aria-label={t('preview.picture')} autoPlay playsInline muted />
          {withAV ? (
            <div className="ar-preview__switches">
              {withAudio ? <button type="button" className={`ar-round${speaks ? '' : ' ar-round--off'}`} aria-label={t(speaks ? 'mic.muteLabel' : 'mic.unmuteLabel')} title={t(speaks ? 'mic.mute' : 'mic.unmute')} onClick={use(soundTrouble, microphone, setMicrophone)}>
                <Icon name={speaks ? 'mic' : 'micOff'} />
              </button> : null}
              <button type="button" className={`ar-round send-video-container__btn${films ? '' : ' ar-round--off'}`} aria-label={t(films ? 'camera.stopLabel' : 'camera.startLabel')} title={t(films ? 'camera.stop' : 'camera.start')} onClick={use(pictureTrouble, camera, setCamera)}>
                <Icon name={films ? 'camera' : 'cameraOff'} />
              </button>
            </div>
          ) : null}
        </div>
        <div className="ar-preview__side">
          {topic ? <p className="ar-page__over">{topic}</p> : null}
          <Title className="ar-page__title">{t('preview.title')}</Title>
          {withAV ? (
            <>
              {withAudio ? <DeviceSelect kind="microphone" choices={lists.microphones} value={microphoneId} onChange={setMicrophoneId} /> : null}
              {withAudio ? <LevelMeter stream={sound.stream} /> : null}
              {withAudio ? <SpeakerTest deviceId={chosen.speaker} /> : null}
              <DeviceSelect kind="camera" choices={lists.cameras} value={cameraId} onChange={setCameraId} />
            </>
          ) : null}
          <p className="ar-preview__problem" role="status">{soundTrouble ? <><Icon name="warning" /><span>{t(soundTrouble.what)}. {t(soundTrouble.cure)} {t('preview.still')}</span></> : null}</p>
          <div className="ar-preview__actions">
            <Button tone="primary" id="pc-join" className="preview-join-button" data-autofocus aria-disabled={joining} onClick={join}>{t(joining ? 'joining.title' : 'preview.join')}</Button>
            <Button onClick={() => run(actions.leave())}>{t('action.cancel')}</Button>
          </div>
        </div>
      </div>
    </Main>
  );
}
