import { findParticipant, sharersOf } from '../logic/order';
import { useMeeting, useT, useView } from '../state/context';

/** Whose screen is shown, where several people share theirs. */
export function ShareChoice({ shown }: { shown: number }) {
  const t = useT();
  const { ui } = useView();
  const sharers = useMeeting((state) => sharersOf(state).map((id) => findParticipant(state.participants, id)).filter((person) => person !== undefined));
  if (sharers.length < 2) return null;
  return (
    <div className="ar-share__choice" role="group" aria-label={t('share.choose')}>
      {sharers.map((person) => (
        <button key={person.userId} type="button" aria-pressed={person.userId === shown} onClick={() => ui.set({ sharer: person.userId })}>{person.userName}</button>
      ))}
    </div>
  );
}
