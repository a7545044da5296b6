import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useT, useView } from '../state/context';

/** A host asks; only the person decides. */
export function UnmuteDialog({ by }: { by: string }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const answer = (yes: boolean) => run(actions.respondToUnmuteRequest(yes));
  return (
    <Dialog
      alert
      title={t('unmute.title', { name: by })}
      onClose={() => answer(false)}
      footer={
        <>
          <Button data-autofocus onClick={() => answer(false)}>{t('unmute.stay')}</Button>
          <Button tone="primary" onClick={() => answer(true)}>{t('unmute.yes')}</Button>
        </>
      }
    >
      {t('unmute.text')}
    </Dialog>
  );
}
