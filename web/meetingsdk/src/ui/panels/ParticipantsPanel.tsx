import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { handOrder, listOrder, waitingOrder } from '../logic/order';
import { canManage, personActions } from '../logic/permissions';
import { handsFor, requestKey, waitingFor } from '../logic/requests';
import { Button } from '../primitives/Button';
import { VirtualList } from '../primitives/VirtualList';
import { useMeeting, useOption, useSelf, useT, useView } from '../state/context';
import { EverybodyMenu } from './EverybodyMenu';
import { Panel } from './Panel';
import { ParticipantRow } from './ParticipantRow';
import { WaitingList } from './WaitingList';

/** The participants in the meeting and, for hosts, in the waiting room. */
export function ParticipantsPanel() {
  const t = useT();
  const { ui } = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const isSupportChat = useOption('isSupportChat');
  const people = useMeeting(listOrder);
  const waiting = useMeeting(waitingOrder);
  const [search, setSearch] = useState('');
  const query = useDeferredValue(search.trim().toLocaleLowerCase());
  const found = useMemo(
    () => (query ? people.filter((person) => person.userName.toLocaleLowerCase().includes(query)) : people),
    [people, query],
  );
  const manages = canManage(self);
  const hands = useMeeting(handOrder);
  const asking = useMeeting((state) => [...waitingFor(state), ...handsFor(state)].map(requestKey));
  const scroller = useRef<HTMLDivElement>(null);

  // What the list shows needs no notice once it is closed.
  useEffect(() => ui.set({ seenRequests: asking }), [ui, asking]);

  return (
    <Panel title={t('participants.title', { count: people.length })} className="ar-panel--people participants-section-container">
      <div className="ar-search">
        <Icon name="search" />
        <input
          type="search"
          data-autofocus
          value={search}
          maxLength={64}
          placeholder={t('participants.search')}
          aria-label={t('participants.search')}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <div className="ar-panel__scroll" ref={scroller}>
        {manages && waiting.length > 0 ? <WaitingList people={waiting} scroller={scroller} /> : null}
        {found.length === 0 ? <p className="ar-panel__empty">{t('participants.none')}</p> : null}
        <VirtualList items={found} keyOf={(person) => person.userId} label={t('participants.short')} scroller={scroller}>
          {(person) => <ParticipantRow person={person} hand={hands.length > 1 ? hands.indexOf(person) + 1 : 0} isSelf={person.userId === self?.userId} withMenu={personActions(self, person, session, { isSupportChat }).length > 0} />}
        </VirtualList>
      </div>
      {manages ? (
        <div className="ar-panel__foot">
          <Button onClick={() => ui.set({ dialog: { name: 'muteAll' } })}>{t('host.muteAll')}</Button>
          <EverybodyMenu hands={hands.length > 0} />
        </div>
      ) : null}
    </Panel>
  );
}
