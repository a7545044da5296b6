import { Icon } from '../icons/Icon';
import { Avatar } from '../primitives/Avatar';
import { IconButton } from '../primitives/IconButton';
import { canSpeak } from '../logic/permissions';
import { useReportLayout } from '../stage/useReportLayout';
import { SharedScreen } from '../stage/SharedScreen';
import { useActiveSpeaker } from '../stage/useActiveSpeaker';
import { useSharer } from '../stage/useSharer';
import { useActions, useMeeting, useOption, useParticipant, useSelf, useT, useUi, useView } from '../state/context';
import { showLayout } from '../state/layout';

/** The minimized widget: the active speaker, the microphone, and a restore button; a shared screen below it. */
export function Minimized() {
  const t = useT();
  const actions = useActions();
  const view = useView();
  const { run } = view;
  const unminimized = useUi((state) => state.unminimized);
  const { main, mains } = useActiveSpeaker();
  useReportLayout('minimized', mains, []);
  const sharer = useSharer();
  const person = useParticipant(main ?? -1);
  const speaking = useMeeting((state) => main !== null && state.activeSpeakers.includes(main));
  const microphone = useMeeting((state) => state.microphone);
  const session = useMeeting((state) => state.session);
  const self = useSelf();
  const withoutAudio = useOption('disableJoinAudio');
  const withAV = useOption('isSupportAV') && !withoutAudio && canSpeak(self, session);
  const on = microphone === 'on';
  return (
    <>
      <div className="ar-minimized ar-widget__grip">
        {person ? <Avatar name={person.userName} /> : null}
        <span className="ar-minimized__name">{person?.userName ?? session?.topic ?? ''}</span>
        {speaking ? <span className="ar-minimized__speaking" role="img" aria-label={t('state.speaking')}><Icon name="wave" /></span> : null}
        {withAV ? <IconButton icon={on ? 'mic' : 'micOff'} label={t(on ? 'mic.muteLabel' : 'mic.unmuteLabel')} onClick={() => run(actions.setMicrophone(!on))} /> : null}
        <IconButton icon="restore" label={t('view.restore')} onClick={() => showLayout(view, unminimized)} />
      </div>
      {sharer === null ? null : <div className="ar-minimized__share"><SharedScreen sharer={sharer} /></div>}
    </>
  );
}
