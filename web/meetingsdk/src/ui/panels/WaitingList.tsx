import type { RefObject } from 'react';
import type { Participant } from '../../core/model';
import { Avatar } from '../primitives/Avatar';
import { Button } from '../primitives/Button';
import { IconButton } from '../primitives/IconButton';
import { VirtualList } from '../primitives/VirtualList';
import { useActions, useT, useView } from '../state/context';

/** The participants in the waiting room, for hosts to admit. */
export function WaitingList({ people, scroller }: { people: readonly Participant[]; scroller: RefObject<HTMLElement | null> }) {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  return (
    <section className="ar-waiting" aria-label={t('waiting.title', { count: people.length })}>
      <header className="ar-waiting__head">
        <h3>{t('waiting.title', { count: people.length })}</h3>
        {people.length > 1 ? <Button tone="quiet" onClick={() => run(actions.admitAll())}>{t('waiting.admitAll')}</Button> : null}
      </header>
      <VirtualList items={people} keyOf={(person) => person.userId} label={t('waiting.title', { count: people.length })} scroller={scroller}>
        {(person) => (
          <div className="ar-person">
            <Avatar name={person.userName} />
            <div className="ar-person__text"><span className="ar-person__name">{person.userName}</span></div>
            <div className="ar-person__state">
              <IconButton icon="remove" label={t('waiting.removeLabel', { name: person.userName })} onClick={() => ui.set({ dialog: { name: 'remove', userId: person.userId } })} />
              <Button tone="primary" aria-label={t('waiting.admitLabel', { name: person.userName })} onClick={() => run(actions.admit(person.userId))}>{t('waiting.admit')}</Button>
            </div>
          </div>
        )}
      </VirtualList>
    </section>
  );
}
