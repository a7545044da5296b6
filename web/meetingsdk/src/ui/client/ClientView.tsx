import { LazyPart } from '../lazy/LazyPart';
import { PhasePage } from '../pages/PhasePage';
import { useDelayed } from '../pages/useDelayed';
import { Stage } from '../stage/Stage';
import { useMeeting, useOption, useUi } from '../state/context';
import { Toolbar } from '../toolbar/Toolbar';
import { Header } from './Header';
import { useRecentActivity } from './useRecentActivity';

/** The full-page view: header, stage with a panel at its side, toolbar. */
export function ClientView() {
  const phase = useMeeting((state) => state.phase);
  const slow = useDelayed(phase === 'joining');
  const panel = useUi((state) => state.panel);
  const withHeader = useOption('showMeetingHeader');
  const locked = useOption('isLockBottom');
  const active = useRecentActivity(!locked);
  if (phase === 'joining' && !slow) return null;
  if (phase !== 'inMeeting' && phase !== 'reconnecting') return <PhasePage phase={phase} />;
  return (
    <div className={`ar-client meeting-app${locked ? '' : ' ar-client--unlocked'}${active ? '' : ' ar-client--resting'}`} id="meeting-app">
      {withHeader ? <Header /> : null}
      <div className="ar-body" id="wc-container">
        <Stage />
        {panel && <LazyPart opened="panel">{({ ChatPanel, ParticipantsPanel }) => (panel === 'chat' ? <ChatPanel /> : <ParticipantsPanel />)}</LazyPart>}
      </div>
      <Toolbar />
    </div>
  );
}
