import type { ReactNode } from 'react';
import type { Participant } from '../../core/model';
import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';
import { handsFor, requestKey, waitingFor } from '../logic/requests';
import { Button } from '../primitives/Button';
import { IconButton } from '../primitives/IconButton';
import { useActions, useMeeting, useT, useUi, useView } from '../state/context';

/** Requests to hosts: participants in the waiting room and raised hands. They stay until handled, or seen in the list. */
export function Requests() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const inside = useMeeting((state) => state.phase === 'inMeeting');
  const waiting = useMeeting(waitingFor);
  const hands = useMeeting(handsFor);
  if (!inside) return null;
  const [guest, hand] = [waiting[0], hands[0]];
  return (
    <>
      <Request people={waiting} icon="door" one="waiting.one" several="waiting.several">
        {guest === undefined ? null : waiting.length === 1 ? (
          <Button tone="primary" aria-label={t('waiting.admitLabel', { name: guest.userName })} onClick={() => run(actions.admit(guest.userId))}>{t('waiting.admit')}</Button>
        ) : (
          <Button tone="primary" onClick={() => run(actions.admitAll())}>{t('waiting.admitAll')}</Button>
        )}
      </Request>
      <Request people={hands} icon="hand" one="hand.one" several="hand.several">
        {hand === undefined ? null : hands.length === 1 ? (
          <Button aria-label={t('hand.lowerOf', { name: hand.userName })} onClick={() => run(actions.raiseHand(false, hand.userId))}>{t('hand.lowerOne')}</Button>
        ) : (
          <Button onClick={() => run(actions.lowerAllHands())}>{t('hand.lowerAll')}</Button>
        )}
      </Request>
    </>
  );
}

interface RequestProps {
  people: readonly Participant[];
  icon: IconName;
  /** The keys of the texts for one and for several participants. */
  one: string;
  several: string;
  children: ReactNode;
}

function Request({ people, icon, one, several, children }: RequestProps) {
  const t = useT();
  const { ui } = useView();
  const listed = useUi((state) => state.panel === 'participants');
  const seen = useUi((state) => state.seenRequests);
  const first = people[0];
  if (listed || !first || people.every((person) => seen.includes(requestKey(person)))) return null;
  const others = people.length - 1;
  return (
    <div className="ar-toast ar-toast--info ar-toast--asks">
      <Icon name={icon} />
      <span>{others === 0 ? t(one, { name: first.userName }) : t(several, { name: first.userName, count: others })}</span>
      <div className="ar-toast__actions">
        <Button tone="quiet" onClick={() => ui.set({ panel: 'participants' })}>{t('action.view')}</Button>
        {children}
      </div>
      <IconButton icon="close" label={t('notice.close')} onClick={() => ui.set({ seenRequests: [...new Set([...seen, ...people.map(requestKey)])] })} />
    </div>
  );
}
