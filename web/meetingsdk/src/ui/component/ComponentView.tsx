import { PhasePage } from '../pages/PhasePage';
import { useDelayed } from '../pages/useDelayed';
import { Stage } from '../stage/Stage';
import { useMeeting, useOption, useUi } from '../state/context';
import { Toolbar } from '../toolbar/Toolbar';
import { Minimized } from './Minimized';
import { PanelHost } from './PanelHost';
import { RefusalPanel, isShownInWidget } from './RefusalPanel';
import { Widget } from './Widget';
import { WidgetHeader } from './WidgetHeader';
import { usePlacementOptions } from './usePopper';

/** The widget inside the app's page. */
export function ComponentView() {
  const phase = useMeeting((state) => state.phase);
  const failure = useMeeting((state) => state.failure);
  const withRefusals = useOption('showJoiningErrorDialog');
  const layout = useUi((state) => state.layout);
  const slow = useDelayed(phase === 'joining');
  const withHeader = useOption('showMeetingHeader');
  const placementOptions = usePlacementOptions();

  if (failure?.joinFailed && withRefusals && isShownInWidget(failure)) return <Widget placementOptions={placementOptions} layout="speaker"><RefusalPanel failure={failure} /></Widget>;
  if (phase === 'idle' || phase === 'initialised' || (failure?.joinFailed && phase !== 'inMeeting')) return null;
  if (phase === 'joining' && !slow) return null;
  const inside = phase === 'inMeeting' || phase === 'reconnecting';
  if (inside && layout === 'minimized') return <Widget placementOptions={placementOptions} layout="minimized"><Minimized /></Widget>;
  return (
    <Widget placementOptions={placementOptions} layout={inside ? layout : 'speaker'}>
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
