import type { MeetingActions, Participant } from '../../core/model';
import type { IconName } from '../icons/paths';
import { personActions, type PersonAction } from '../logic/permissions';
import { MenuItem } from '../parts/MenuItem';
import { useActions, useMeeting, useOption, useSelf, useT, useUi, useView } from '../state/context';
import type { ViewContext } from '../state/context';

const ICONS: Record<PersonAction, IconName> = {
  mute: 'micOff', askUnmute: 'mic', pin: 'pin', chat: 'chat', lowerHand: 'hand', makeHost: 'crown', makeCohost: 'crown',
  withdrawCohost: 'crown', makePanelist: 'people', makeAttendee: 'people', rename: 'edit', hold: 'door', admit: 'check', remove: 'remove',
};

/** Carries out an entry. What cannot be undone by a second click asks first. */
function perform(action: PersonAction, person: Participant, actions: MeetingActions, { ui, run }: Pick<ViewContext, 'ui' | 'run'>): void {
  const id = person.userId;
  switch (action) {
    case 'mute': return run(actions.mute(id, true));
    case 'askUnmute': return run(actions.mute(id, false));
    case 'chat': return ui.set({ panel: 'chat', chatTo: id });
    case 'lowerHand': return run(actions.raiseHand(false, id));
    case 'makeCohost': return run(actions.setRole(id, 'cohost'));
    case 'withdrawCohost': return run(actions.setRole(id, 'attendee'));
    case 'makePanelist': return run(actions.setRole(id, 'panelist'));
    case 'makeAttendee': return run(actions.setRole(id, 'attendee'));
    case 'hold': return run(actions.hold(id, true));
    case 'admit': return run(actions.admit(id));
    case 'pin': {
      const pinned = ui.get().pinned === id;
      return ui.set({ pinned: pinned ? null : id, ...(pinned ? {} : { layout: 'speaker' as const }) });
    }
    case 'makeHost':
    case 'rename':
    case 'remove':
      return ui.set({ dialog: { name: action, userId: id } });
  }
}

/** What this person may do to that one, as entries of a menu. */
export function ParticipantMenuEntries({ person, onDone }: { person: Participant; onDone: () => void }) {
  const t = useT();
  const actions = useActions();
  const view = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const isSupportChat = useOption('isSupportChat');
  const pinned = useUi((state) => state.pinned === person.userId);
  return personActions(self, person, session, { isSupportChat }).map((action) => (
    <MenuItem
      key={action}
      icon={ICONS[action]}
      danger={action === 'remove'}
      label={t(action === 'pin' && pinned ? 'person.unpin' : `person.${action}`)}
      onSelect={() => {
        onDone();
        perform(action, person, actions, view);
      }}
    />
  ));
}
