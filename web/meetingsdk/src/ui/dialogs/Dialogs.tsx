import { useEffect } from 'react';
import { LazyPart, usePreloadedParts } from '../lazy/LazyPart';
import { isInMeeting } from '../logic/phases';
import { useActions, useMeeting, useOption, useUi, useView } from '../state/context';
import { LeaveDialog } from './LeaveDialog';
import { RefusalDialog } from './RefusalDialog';
import { UnmuteDialog } from './UnmuteDialog';

/** The one dialog that is open, the most urgent first. */
export function Dialogs() {
  const actions = useActions();
  const { run } = useView();
  const failure = useMeeting((state) => state.failure);
  const unmuteBy = useMeeting((state) => state.unmuteRequestedBy);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const withRefusals = useOption('showJoiningErrorDialog');
  const view = useOption('view');
  const confirmingLeave = useMeeting((state) => state.confirmingLeave);
  const inside = useMeeting(isInMeeting);
  const dialog = useUi((state) => state.dialog);
  // Where the app has switched audio off, a yes would join it all the same.
  const asked = unmuteBy !== null && withAudio;
  useEffect(() => {
    if (unmuteBy !== null && !withAudio) run(actions.respondToUnmuteRequest(false));
  }, [unmuteBy, withAudio, actions, run]);
  usePreloadedParts(inside);

  // Component View shows refusals inside its widget, because the page around it is the app's.
  if (failure?.joinFailed) return withRefusals && view === 'client' ? <RefusalDialog failure={failure} /> : null;
  if (confirmingLeave) return <LeaveDialog />;
  if (!inside) return null;
  if (asked) return <UnmuteDialog by={unmuteBy} />;
  return dialog && <LazyPart opened="dialog">{({ OpenedDialog }) => <OpenedDialog dialog={dialog} />}</LazyPart>;
}
