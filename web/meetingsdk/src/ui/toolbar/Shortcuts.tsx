import { useEffect } from 'react';
import { findParticipant } from '../logic/order';
import { canPublish, canSpeak } from '../logic/permissions';
import { shortcutOf, type ShortcutName } from '../logic/shortcuts';
import { useView } from '../state/context';
import type { PanelName } from '../state/ui-state';

/** Listens for shortcuts: everywhere where the view is the page, else only inside of it. */
export function Shortcuts() {
  const { model, ui, run, layer } = useView();
  useEffect(() => {
    const host = layer()?.parentElement;
    if (!host) return;
    const { actions } = model;
    const toggle = (panel: PanelName) => ui.set({ panel: ui.get().panel === panel ? null : panel });

    /** Does it where its button is there, too. */
    const act = (name: ShortcutName): void => {
      const { options } = ui.get();
      const { microphone, camera, share, session, participants, self: own } = model.getState();
      const self = findParticipant(participants, own?.userId) ?? own;
      const publishes = canPublish(self, session);
      if (name === 'microphone' && options.isSupportAV && !options.disableJoinAudio && canSpeak(self, session)) run(actions.setMicrophone(microphone !== 'on'));
      else if (name === 'camera' && options.isSupportAV && publishes) run(actions.setCamera(camera !== 'on'));
      else if (name === 'share' && options.screenShare && publishes) run(actions.setShare(share !== 'on'));
      else if (name === 'hand' && options.isSupportNonverbal) run(actions.raiseHand(!self?.handRaised));
      else if (name === 'chat' && options.isSupportChat) toggle('chat');
      else if (name === 'participants') toggle('participants');
    };
    const onKey = (event: KeyboardEvent): void => {
      const { phase, unmuteRequestedBy } = model.getState();
      const name = shortcutOf(event);
      if (!name || phase !== 'inMeeting' || unmuteRequestedBy !== null || ui.get().dialog !== null) return;
      event.preventDefault();
      act(name);
    };
    const target: Document | HTMLElement = ui.get().options.view === 'client' ? host.ownerDocument : host;
    target.addEventListener('keydown', onKey as EventListener);
    return () => target.removeEventListener('keydown', onKey as EventListener);
  }, [model, ui, run, layer]);
  return null;
}
