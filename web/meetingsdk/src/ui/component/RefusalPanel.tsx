import { useId } from 'react';
import type { Failure } from '../../core/model';
import { refusalInfo } from '../logic/refusals';
import { StatusPage } from '../pages/StatusPage';
import { RefusalButtons } from '../refusal/RefusalButtons';
import { PasscodeField, RefusalFacts, RefusalText } from '../refusal/RefusalText';
import { useT } from '../state/context';

/** Whether the widget shows a refusal: only if the user can do something about it. The app gets all of them. */
export function isShownInWidget(failure: Pick<Failure, 'errorCode' | 'cause' | 'joinFailed'> | null): boolean {
  return failure?.joinFailed === true && (failure.errorCode === 3008 || refusalInfo(failure).recovery === 'passcode');
}

/** A refused join inside the app's element. */
export function RefusalPanel({ failure }: { failure: Failure }) {
  const t = useT();
  const form = useId();
  const waits = failure.errorCode === 3008;
  return (
    <StatusPage
      icon={waits ? 'clock' : 'lock'}
      title={t(waits ? 'refused.notStarted.title' : 'refusal.title')}
      actions={<RefusalButtons failure={failure} form={form} close={t(waits ? 'leave.short' : 'action.cancel')} />}
    >
      {waits ? <p>{t(`refused.${refusalInfo(failure).key}.do`)}</p> : <RefusalText failure={failure} />}
      {waits ? null : <PasscodeField form={form} failure={failure} />}
      <RefusalFacts failure={failure} />
    </StatusPage>
  );
}
