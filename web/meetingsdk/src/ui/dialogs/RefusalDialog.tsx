import { useId } from 'react';
import type { Failure } from '../../core/model';
import { refusalInfo } from '../logic/refusals';
import { Dialog } from '../primitives/Dialog';
import { RefusalButtons } from '../refusal/RefusalButtons';
import { PasscodeField, RefusalFacts, RefusalText } from '../refusal/RefusalText';
import { useActions, useT } from '../state/context';

/** A join that was refused: what happened, and what the person can do now. */
export function RefusalDialog({ failure }: { failure: Failure }) {
  const t = useT();
  const actions = useActions();
  const form = useId();
  const { recovery } = refusalInfo(failure);
  return (
    <Dialog alert wide title={t('refusal.title')} onClose={() => actions.dismissFailure()} footer={<RefusalButtons failure={failure} form={form} close={t(recovery ? 'refusal.close' : 'refusal.ok')} />}>
      <RefusalText failure={failure} />
      {recovery === 'passcode' ? <PasscodeField form={form} failure={failure} /> : null}
      <RefusalFacts failure={failure} />
    </Dialog>
  );
}
