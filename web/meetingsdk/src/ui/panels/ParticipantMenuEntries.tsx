import type { MeetingActions, Participant } from '../../core/model';
import type { IconName } from '../icons/paths';
import { canClaim, personActions, type PersonAction } from '../logic/permissions';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useMeeting, useOption, useSelf, useT, useView } from '../state/context';
import type { ViewContext } from '../state/context';

const ICONS: Record<PersonAction, IconName> = {
  mute: 'micOff', askUnmute: 'mic', chat: 'chat', pin: 'pin', addPin: 'pin', replacePin: 'pin', unpin: 'pin',
  spotlight: 'spotlight', addSpotlight: 'spotlight', replaceSpotlight: 'spotlight', endSpotlight: 'spotlight', lowerHand: 'hand',
  makeHost: 'crown', makeCohost: 'crown', withdrawCohost: 'crown', reclaimHost: 'crown', claimHost: 'crown', allowToTalk: 'mic', endTalk: 'micOff',
  makePanelist: 'people', makeAttendee: 'people', rename: 'edit', permitCapture: 'record', endCapture: 'record', hold: 'door', admit: 'check', remove: 'remove',
};

/** Performs an action. Those that cannot be undone by a second click ask for confirmation. */
function perform(action: PersonAction, person: Participant, webinar: boolean, actions: MeetingActions, { ui, run }: Pick<ViewContext, 'ui' | 'run'>): void {
  const id = person.userId;
  switch (action) {
    case 'mute': return run(actions.mute(id, true));
    case 'askUnmute': return run(actions.mute(id, false));
    case 'chat': return ui.set({ panel: 'chat', chatTo: id });
    case 'addPin': actions.allowMultiPin(true); return actions.pin('add', id);
    case 'pin':
    case 'replacePin': return actions.pin('replace', id);
    case 'unpin': return actions.pin('remove', id);
    case 'spotlight':
    case 'addSpotlight': return run(actions.spotlight('add', id));
    case 'replaceSpotlight': return run(actions.spotlight('replace', id));
    case 'endSpotlight': return run(actions.spotlight('remove', id));
    case 'lowerHand': return run(actions.raiseHand(false, id));
    case 'makeCohost': return run(actions.setRole(id, 'cohost'));
    case 'withdrawCohost': return run(actions.setRole(id, webinar ? 'panelist' : 'attendee'));
    case 'reclaimHost': return run(actions.reclaimHost());
    case 'claimHost': return ui.set({ dialog: { name: 'claimHost' } });
    case 'allowToTalk': return run(actions.allowToTalk(id, true));
    case 'endTalk': return run(actions.allowToTalk(id, false));
    case 'makePanelist': return run(actions.setRole(id, 'panelist'));
    case 'makeAttendee': return run(actions.setRole(id, 'attendee'));
    case 'permitCapture': return run(actions.permitCapture(id, true));
    case 'endCapture': return run(actions.permitCapture(id, false));
    case 'hold': return run(actions.hold(id, true));
    case 'admit': return run(actions.admit(id));
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
  const pins = useMeeting((state) => state.pins);
  const claimable = useMeeting((state) => canClaim(self, state.participants));
  return personActions(self, person, session, { isSupportChat, pins, claimable }).map((action) => (
    <MenuItem
      key={action}
      icon={ICONS[action]}
      danger={action === 'remove'}
      label={t(`person.${action}`)}
      onSelect={() => {
        onDone();
        perform(action, person, session?.kind === 'webinar', actions, view);
      }}
    />
  ));
}
