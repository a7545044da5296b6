import { Icon } from '../icons/Icon';
import { deviceProblem } from '../logic/device-problem';
import { joinSentences } from '../logic/sentences';
import { LevelMeter } from '../pages/LevelMeter';
import { usePreviewStream } from '../pages/usePreviewStream';
import { DeviceSelect } from '../primitives/DeviceSelect';
import { SpeakerTest } from '../primitives/SpeakerTest';
import { useActions, useMeeting, useT, useView } from '../state/context';

/** Microphone and loudspeaker, and whether others are heard. */
export function AudioSettings() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const devices = useMeeting((state) => state.devices);
  const stopped = useMeeting((state) => state.incomingAudioStopped);
  const denied = useMeeting((state) => state.microphone === 'denied');
  const { stream, state } = usePreviewStream('audio', devices.microphones.length > 0, devices.microphone);
  const problem = deviceProblem('mic', denied && devices.microphones.length === 0 ? 'denied' : state, navigator.userAgent);
  return (
    <>
      <DeviceSelect kind="microphone" choices={devices.microphones} value={devices.microphone} onChange={(id) => run(actions.chooseDevice('microphone', id))} none={denied ? 'mic.denied' : undefined} />
      <LevelMeter stream={stream} />
      <p className="ar-settings__problem" role="status">{problem ? <><Icon name="warning" /><span>{joinSentences(t, [t(problem.what), t(problem.fix)])}</span></> : null}</p>
      <DeviceSelect kind="speaker" choices={devices.speakers} value={devices.speaker} onChange={(id) => run(actions.chooseDevice('speaker', id))} />
      <SpeakerTest deviceId={devices.speaker} />
      <label className="ar-check">
        <input type="checkbox" checked={stopped} onChange={(event) => actions.stopIncomingAudio(event.target.checked)} />
        <span>{t('audio.stopIncoming')}</span>
      </label>
    </>
  );
}
