import { useState } from 'react';
import { successors } from '../logic/order';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useMeeting, useSelf, useT, useView } from '../state/context';
import { SuccessorDialog } from './SuccessorDialog';

/** Asks whether to leave, with the choices of this user's role. */
export function LeaveDialog() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const host = useSelf()?.role === 'host';
  const inside = useMeeting((state) => state.phase === 'inMeeting');
  const hand = useMeeting((state) => successors(state).length > 0) && host && inside;
  const [going, setGoing] = useState(false);
  const then = (command: () => Promise<void>) => () => {
    if (going) return;
    setGoing(true);
    run(command().finally(() => setGoing(false)));
  };
  // The dialog stays until the page has left: what fails can be tried again.
  if (hand) return <SuccessorDialog title={t('leave.confirmQuestion')} onClose={() => actions.stay()} keepOpen />;
  return (
    <Dialog
      alert
      wide={host && inside}
      title={t('leave.confirmQuestion')}
      onClose={() => actions.stay()}
      footer={
        <>
          <Button data-autofocus onClick={() => actions.stay()}>{t('action.cancel')}</Button>
          {host && inside ? <Button tone="danger" className="leave-meeting-options__btn" onClick={then(() => actions.end())}>{t('leave.end')}</Button> : null}
          <Button tone={host ? 'primary' : 'danger'} className="leave-meeting-options__btn" onClick={then(() => actions.leave())}>{t('leave.leave')}</Button>
        </>
      }
    />
  );
}
