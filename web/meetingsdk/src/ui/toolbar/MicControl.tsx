import type { MeetingState } from '../../core/model';
import type { IconName } from '../icons/paths';
import { useActions, useMeeting, useT, useView } from '../state/context';
import { DeviceMenu } from './DeviceMenu';
import { ToolbarButton } from './ToolbarButton';

interface Look {
  icon: IconName;
  text: string;
  label: string;
  tone: 'plain' | 'off' | 'on';
}

const LOOKS: Record<MeetingState['microphone'], Look> = {
  off: { icon: 'audioJoin', text: 'mic.join', label: 'mic.joinLabel', tone: 'plain' },
  joining: { icon: 'audioJoin', text: 'mic.joining', label: 'mic.joining', tone: 'plain' },
  muted: { icon: 'micOff', text: 'mic.unmute', label: 'mic.unmuteLabel', tone: 'off' },
  on: { icon: 'mic', text: 'mic.mute', label: 'mic.muteLabel', tone: 'plain' },
  denied: { icon: 'micOff', text: 'mic.denied', label: 'mic.deniedLabel', tone: 'off' },
  missing: { icon: 'micOff', text: 'mic.missing', label: 'mic.missingLabel', tone: 'off' },
};

/** The microphone's button with its device menu. */
export function MicControl() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const microphone = useMeeting((state) => state.microphone);
  const look = LOOKS[microphone];
  const joins = microphone === 'off';

  return (
    <div className="ar-tool-pair join-audio-container">
      <ToolbarButton
        icon={look.icon}
        text={t(look.text)}
        label={t(look.label)}
        tone={look.tone}
        busy={microphone === 'joining'}
        className={`join-audio-container__btn${joins ? ' join-audio-by-voip__join-btn' : ''}`}
        onClick={() => run(actions.setMicrophone(microphone !== 'on'))}
      />
      <DeviceMenu kinds={['microphone', 'speaker']} label={t('mic.menu')} />
    </div>
  );
}
