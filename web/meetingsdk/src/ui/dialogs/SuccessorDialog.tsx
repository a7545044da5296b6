import { useState } from 'react';
import { successors } from '../logic/order';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useMeeting, useT, useView } from '../state/context';

interface SuccessorDialogProps {
  title?: string;
  onClose: () => void;
  /** The dialog goes with the meeting, not with the choice. */
  keepOpen?: boolean;
}

/** The host leaves: choose a new host, or end the meeting for all. */
export function SuccessorDialog({ title, onClose, keepOpen = false }: SuccessorDialogProps) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const people = useMeeting(successors);
  const [selectedId, setSelectedId] = useState<number | null>(null);
  // Whoever was chosen may have gone meanwhile.
  const chosen = people.find((person) => person.userId === selectedId) ?? people[0];
  const then = (command: () => Promise<void>) => () => {
    if (!keepOpen) onClose();
    run(command());
  };
  return (
    <Dialog
      wide
      title={title ?? t('successor.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button tone="danger" onClick={then(() => actions.end())}>{t('leave.end')}</Button>
          <Button tone="primary" onClick={then(() => actions.leave(chosen?.userId))}>{t('successor.leave')}</Button>
        </>
      }
    >
      <label className="ar-field">
        <span className="ar-field__label">{t('successor.choose')}</span>
        <select className="ar-select" data-autofocus value={chosen?.userId ?? ''} onChange={(event) => setSelectedId(Number(event.target.value))}>
          {people.map((person) => (
            <option key={person.userId} value={person.userId}>{person.userName}</option>
          ))}
        </select>
      </label>
    </Dialog>
  );
}
