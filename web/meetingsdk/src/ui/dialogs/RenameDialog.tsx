import { useId, useState, type SyntheticEvent } from 'react';
import type { Participant } from '../../core/model';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useT, useView } from '../state/context';

/** Renames a participant. */
export function RenameDialog({ person, onClose }: { person: Participant; onClose: () => void }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const [name, setName] = useState(person.userName);
  const form = useId();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const newName = name.trim();
    if (!newName) return;
    onClose();
    if (newName !== person.userName) run(actions.rename(person.userId, newName));
  };
  return (
    <Dialog
      title={t('rename.title', { name: person.userName })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button tone="primary" type="submit" form={form} disabled={!name.trim()}>{t('rename.save')}</Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <label className="ar-field">
          <span className="ar-field__label">{t('rename.name')}</span>
          <input className="ar-input" data-autofocus value={name} maxLength={64} onChange={(event) => setName(event.target.value)} onFocus={(event) => event.target.select()} />
        </label>
      </form>
    </Dialog>
  );
}
