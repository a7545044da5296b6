import { findParticipant } from '../logic/order';
import { useActions, useMeeting, useT, useView } from '../state/context';
import type { DialogName } from '../state/ui-state';
import { ClaimHostDialog } from './ClaimHostDialog';
import { ConfirmDialog } from './ConfirmDialog';
import { MuteAllDialog } from './MuteAllDialog';
import { RenameDialog } from './RenameDialog';
import { SettingsDialog } from './SettingsDialog';
import { SuccessorDialog } from './SuccessorDialog';

/** The dialog that the user opened. */
export function OpenedDialog({ dialog }: { dialog: DialogName }) {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const person = useMeeting((state) => findParticipant(state.participants, 'userId' in dialog ? dialog.userId : null));
  const close = () => ui.set({ dialog: null });

  if (dialog.name === 'settings') return <SettingsDialog first={dialog.tab ?? 'audio'} onClose={close} />;
  if (dialog.name === 'claimHost') return <ClaimHostDialog onClose={close} />;
  if (dialog.name === 'successor') return <SuccessorDialog onClose={close} />;
  if (dialog.name === 'muteAll') return <MuteAllDialog onClose={close} />;
  if (!person) return null;
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
