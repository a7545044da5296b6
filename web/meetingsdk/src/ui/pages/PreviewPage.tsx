import { useState } from 'react';
import { Icon } from '../icons/Icon';
import { Backgrounds } from '../primitives/Backgrounds';
import { Button } from '../primitives/Button';
import { DeviceSelect } from '../primitives/DeviceSelect';
import { deviceProblem } from '../logic/device-problem';
import { joinSentences } from '../logic/sentences';
import { Main, Title } from '../primitives/Landmark';
import { SpeakerTest } from '../primitives/SpeakerTest';
import { useActions, useMeeting, useOption, useT, useView } from '../state/context';
import { LevelMeter } from './LevelMeter';
import { PreviewVideo } from './PreviewVideo';
import { useDeviceLists } from './useDeviceLists';
import { usePreviewStream } from './usePreviewStream';
import { useBackgroundPreview } from './useBackgroundPreview';

/** Lets the user check devices and background before joining. */
export function PreviewPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const topic = useMeeting((state) => state.session?.topic ?? state.awaitedMeeting?.topic);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const switches = useMeeting((state) => state.deviceSwitches);
  const background = useMeeting((state) => state.background);
  const [microphone, setMicrophone] = useState(switches.microphone);
  const [camera, setCamera] = useState(switches.camera);
  /** Confirmed: the devices are closed, and the page stays until the join is admitted. */
  const [joining, setJoining] = useState(false);
  const chosen = useMeeting((state) => state.devices);
  const [microphoneId, setMicrophoneId] = useState(chosen.microphone);
  const [cameraId, setCameraId] = useState(chosen.camera);
  const [speakerId, setSpeakerId] = useState(chosen.speaker);
  const sound = usePreviewStream('audio', withAudio && microphone && !joining, microphoneId);
  const picture = usePreviewStream('video', withAV && camera && !joining, cameraId);
  const lists = useDeviceLists(`${sound.state}/${picture.state}`);
  const shown = useBackgroundPreview(picture.stream);

  // What is allowed in the browser is often allowed for both.
  const retry = () => {
    sound.retry();
    picture.retry();
  };
  const soundProblem = deviceProblem('mic', sound.state, navigator.userAgent);
  const pictureProblem = deviceProblem('camera', picture.state, navigator.userAgent);
  const micOn = microphone && !soundProblem;
  const cameraOn = camera && !pictureProblem;

  const join = () => {
    if (joining) return;
    setJoining(true);
    picture.stream?.getTracks().forEach((track) => track.stop());
    sound.stream?.getTracks().forEach((track) => track.stop());
    // A device that is still being opened counts as its switch shows it.
    actions.finishPreview({ microphone: withAudio && micOn, camera: withAV && cameraOn, microphoneId, cameraId, speakerId, deviceSwitches: { microphone, camera } });
  };

  return (
    <Main className="ar-page ar-preview">
      <div className="ar-preview__card">
        <PreviewVideo camera={picture.stream} stream={shown.stream} state={picture.state} problem={pictureProblem} joining={joining} onRetry={retry}>
          {withAudio ? <button type="button" className={`ar-round${micOn ? '' : ' ar-round--off'}`} aria-label={t(micOn ? 'mic.muteLabel' : 'mic.unmuteLabel')} title={t(micOn ? 'mic.mute' : 'mic.unmute')} onClick={soundProblem ? retry : () => setMicrophone(!microphone)}>
            <Icon name={micOn ? 'mic' : 'micOff'} />
          </button> : null}
          {withAV ? <button type="button" className={`ar-round send-video-container__btn${cameraOn ? '' : ' ar-round--off'}`} aria-label={t(cameraOn ? 'camera.stopLabel' : 'camera.startLabel')} title={t(cameraOn ? 'camera.stop' : 'camera.start')} onClick={pictureProblem ? retry : () => setCamera(!camera)}>
            <Icon name={cameraOn ? 'camera' : 'cameraOff'} />
          </button> : null}
        </PreviewVideo>
        <div className="ar-preview__side">
          {topic ? <p className="ar-page__over">{topic}</p> : null}
          <Title className="ar-page__title">{t('preview.title')}</Title>
          {withAV ? (
            <div className="ar-preview__devices">
              {withAudio ? (
                <>
                  <div>
                    <DeviceSelect kind="microphone" choices={lists.microphones} value={microphoneId} onChange={setMicrophoneId} none={sound.state === 'denied' ? 'mic.denied' : undefined} />
                    <LevelMeter stream={sound.stream} />
                    <p className="ar-preview__problem" role="status">{soundProblem ? <><Icon name="warning" /><span>{joinSentences(t, [t(soundProblem.what), t(soundProblem.fix), t('preview.still')])}</span></> : null}</p>
                  </div>
                  <div className="ar-preview__speaker">
                    {/* Browsers that cannot choose a loudspeaker list none. */}
                    {lists.speakers.length > 0 ? <DeviceSelect kind="speaker" choices={lists.speakers} value={speakerId} onChange={setSpeakerId} /> : null}
                    <SpeakerTest deviceId={speakerId} />
                  </div>
                </>
              ) : null}
              <DeviceSelect kind="camera" choices={lists.cameras} value={cameraId} onChange={setCameraId} none={picture.state === 'denied' ? 'camera.denied' : undefined} />
              {background.offered && background.supported ? (
                <div>
                  <p className="ar-field__label" aria-hidden="true">{t('settings.background')}</p>
                  <Backgrounds busy={shown.state === 'busy'} disabled={joining} />
                  <p className="ar-field__hint" role="status">{background.locked ? t('background.locked') : shown.state === 'ready' ? null : t(`background.${shown.state}`)}</p>
                </div>
              ) : null}
            </div>
          ) : null}
          <div className="ar-preview__actions">
            <Button tone="primary" id="pc-join" className="preview-join-button" data-autofocus aria-disabled={joining} onClick={join}>{t(joining ? 'joining.title' : 'preview.join')}</Button>
            <Button onClick={() => run(actions.leave())}>{t('action.cancel')}</Button>
          </div>
        </div>
      </div>
    </Main>
  );
}
