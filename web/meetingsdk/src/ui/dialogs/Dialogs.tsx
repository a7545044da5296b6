import { useEffect } from 'react';
import { findParticipant } from '../logic/order';
import { isWithin } from '../logic/phases';
import { useActions, useMeeting, useOption, useT, useUi, useView } from '../state/context';
import { ClaimHostDialog } from './ClaimHostDialog';
import { ConfirmDialog } from './ConfirmDialog';
import { LeaveDialog } from './LeaveDialog';
import { MuteAllDialog } from './MuteAllDialog';
import { RefusalDialog } from './RefusalDialog';
import { RenameDialog } from './RenameDialog';
import { SettingsDialog } from './SettingsDialog';
import { SuccessorDialog } from './SuccessorDialog';
import { UnmuteDialog } from './UnmuteDialog';

/** The one dialog that is open, the most urgent first. */
export function Dialogs() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const failure = useMeeting((state) => state.failure);
  const unmuteBy = useMeeting((state) => state.unmuteRequestedBy);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const withRefusals = useOption('showJoiningErrorDialog');
  const view = useOption('view');
  const leaveAsked = useMeeting((state) => state.leaveAsked);
  const inside = useMeeting(isWithin);
  const dialog = useUi((state) => state.dialog);
  const userId = dialog && 'userId' in dialog ? dialog.userId : null;
  const person = useMeeting((state) => findParticipant(state.participants, userId));
  const close = () => ui.set({ dialog: null });
  // Where the app has switched audio off, a yes would join it all the same.
  const asked = unmuteBy !== null && withAudio;
  useEffect(() => {
    if (unmuteBy !== null && !withAudio) run(actions.answerUnmuteRequest(false));
  }, [unmuteBy, withAudio, actions, run]);

  // Component View tells of refusals inside its widget, for the page around it is the app's.
  if (failure?.joinFailed) return withRefusals && view === 'client' ? <RefusalDialog failure={failure} /> : null;
  if (leaveAsked) return <LeaveDialog />;
  if (!inside) return null;
  if (asked) return <UnmuteDialog by={unmuteBy} />;
  if (dialog?.name === 'settings') return <SettingsDialog first={dialog.tab ?? 'audio'} onClose={close} />;
  if (dialog?.name === 'claimHost') return <ClaimHostDialog onClose={close} />;
  if (dialog?.name === 'successor') return <SuccessorDialog onClose={close} />;
  if (dialog?.name === 'muteAll') return <MuteAllDialog onClose={close} />;
  if (!dialog || !person) return null;
  if (dialog.name === 'rename') return <RenameDialog key={person.userId} person={person} onClose={close} />;
  const confirmed = (command: () => Promise<void>) => () => {
    close();
    run(command());
  };
  const name = { name: person.userName };
  return dialog.name === 'remove' ? (
    <ConfirmDialog danger title={t('remove.title', name)} text={t('remove.text')} confirm={t('remove.confirm')} onClose={close} onConfirm={confirmed(() => actions.remove(person.userId))} />
  ) : (
    <ConfirmDialog title={t('makeHost.title', name)} text={t('makeHost.text')} confirm={t('makeHost.confirm')} onClose={close} onConfirm={confirmed(() => actions.setRole(person.userId, 'host'))} />
  );
}
