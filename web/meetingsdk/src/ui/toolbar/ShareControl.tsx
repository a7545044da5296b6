import { useActions, useMeeting, useT, useView } from '../state/context';
import { ToolbarButton } from './ToolbarButton';

/** Starts and stops sharing one's screen. */
export function ShareControl() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const share = useMeeting((state) => state.share);
  const on = share === 'on';
  return (
    <ToolbarButton
      icon={on ? 'shareStop' : 'share'}
      text={t(on ? 'share.stopShort' : 'share.start')}
      label={t(on ? 'share.stop' : 'share.startLabel')}
      tone={on ? 'on' : 'plain'}
      busy={share === 'starting'}
      className={on ? 'sharer-button--stop' : 'sharing-entry-button'}
      onClick={() => run(actions.setShare(!on))}
    />
  );
}
