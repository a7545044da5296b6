import { PhasePage } from '../pages/PhasePage';
import { useLate } from '../pages/useLate';
import { Stage } from '../stage/Stage';
import { useMeeting, useOption, useUi } from '../state/context';
import { Toolbar } from '../toolbar/Toolbar';
import { Minimized } from './Minimized';
import { PanelHost } from './PanelHost';
import { RefusalPanel, isPanelled } from './RefusalPanel';
import { Widget } from './Widget';
import { WidgetHeader } from './WidgetHeader';
import { useWishes } from './usePopper';

/** The widget inside the app's page. */
export function ComponentView() {
  const phase = useMeeting((state) => state.phase);
  const failure = useMeeting((state) => state.failure);
  const withRefusals = useOption('showJoiningErrorDialog');
  const layout = useUi((state) => state.layout);
  const slow = useLate(phase === 'joining');
  const withHeader = useOption('showMeetingHeader');
  const wishes = useWishes();

  if (failure?.joinFailed && withRefusals && isPanelled(failure)) return <Widget wishes={wishes} layout="speaker"><RefusalPanel failure={failure} /></Widget>;
  if (phase === 'idle' || phase === 'initialised' || (failure?.joinFailed && phase !== 'inMeeting')) return null;
  if (phase === 'joining' && !slow) return null;
  const inside = phase === 'inMeeting' || phase === 'reconnecting';
  if (inside && layout === 'minimized') return <Widget wishes={wishes} layout="minimized"><Minimized /></Widget>;
  return (
    <Widget wishes={wishes} layout={inside ? layout : 'speaker'}>
      {inside ? (
        <>
          {withHeader ? <WidgetHeader /> : null}
          <div className="ar-body">
            <Stage />
            <PanelHost />
          </div>
          <Toolbar />
        </>
      ) : (
        <PhasePage phase={phase} />
      )}
    </Widget>
  );
}
