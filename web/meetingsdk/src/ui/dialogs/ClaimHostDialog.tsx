import { useId, useState, type SyntheticEvent } from 'react';
import type { CallError } from '../../core/errors';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useT } from '../state/context';

/** Becomes the host by the host's key. A wrong key can be mended at once. */
export function ClaimHostDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const actions = useActions();
  const [hostKey, setKey] = useState('');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const form = useId();
  const wrong = useId();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!hostKey || busy) return;
    setBusy(true);
    actions.claimHost(hostKey).then(onClose, (error: unknown) => {
      setBusy(false);
      // The core is another bundle, so that its class cannot be asked for here.
      const { type, reason } = error as Partial<CallError>;
      setFault(type === 'INVALID_PARAMETERS' ? t('claim.wrong') : reason ? t('notice.refused', { reason }) : t('notice.failed'));
    });
  };
  return (
    <Dialog
      title={t('claim.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button tone="primary" type="submit" form={form} disabled={!hostKey || busy}>{t('claim.title')}</Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <label className="ar-field">
          <span className="ar-field__label">{t('claim.key')}</span>
          <input
            className="ar-input"
            data-autofocus
            value={hostKey}
            maxLength={10}
            inputMode="numeric"
            autoComplete="off"
            aria-invalid={fault !== ''}
            aria-describedby={fault ? wrong : undefined}
            onChange={(event) => {
              setKey(event.target.value.trim());
              setFault('');
            }}
          />
        </label>
        <p id={wrong} className="ar-field__fault" role="alert">{fault}</p>
        <p className="ar-field__hint">{t('claim.text')}</p>
      </form>
    </Dialog>
  );
}
