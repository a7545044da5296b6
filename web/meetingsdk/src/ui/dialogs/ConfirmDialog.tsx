import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useT } from '../state/context';

interface ConfirmDialogProps {
  title: string;
  text: string;
  confirm: string;
  danger?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks for confirmation before an action that cannot be undone; the safe choice has the focus. */
export function ConfirmDialog({ title, text, confirm, danger = false, onConfirm, onClose }: ConfirmDialogProps) {
  const t = useT();
  return (
    <Dialog
      alert
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button data-autofocus onClick={onClose}>{t('action.cancel')}</Button>
          <Button tone={danger ? 'danger' : 'primary'} onClick={onConfirm}>{confirm}</Button>
        </>
      }
    >
      {text}
    </Dialog>
  );
}
