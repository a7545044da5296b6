import type { MeetingState } from '../../core/model';
import type { IconName } from '../icons/paths';
import { Button } from '../primitives/Button';
import { useActions, useMeeting, useOption, useT, useView } from '../state/context';
import { DeviceMenu } from './DeviceMenu';
import { ToolbarButton } from './ToolbarButton';

interface Appearance {
  icon: IconName;
  text: string;
  label: string;
  tone: 'plain' | 'off' | 'on';
}

const APPEARANCES: Record<MeetingState['microphone'], Appearance> = {
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
  const appearance = APPEARANCES[microphone];
  const joins = microphone === 'off';
  const asks = useOption('audioPanelAlwaysOpen') && joins;

  return (
    <div className="ar-tool-pair join-audio-container">
      {asks ? (
        <div className="ar-audio-panel join-dialog" role="group" aria-label={t('mic.joinComputer')}>
          <p>{t('mic.joinText')}</p>
          <Button tone="primary" className="join-audio-by-voip__join-btn" onClick={() => run(actions.setMicrophone(true))}>{t('mic.joinComputer')}</Button>
        </div>
      ) : null}
      <ToolbarButton
        icon={appearance.icon}
        text={t(appearance.text)}
        label={t(appearance.label)}
        tone={appearance.tone}
        busy={microphone === 'joining'}
        className={`join-audio-container__btn${joins ? ' join-audio-by-voip__join-btn' : ''}`}
        onClick={() => run(actions.setMicrophone(microphone !== 'on'))}
      />
      <DeviceMenu kinds={['microphone', 'speaker']} label={t('mic.menu')} />
    </div>
  );
}
