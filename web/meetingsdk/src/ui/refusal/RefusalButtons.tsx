import type { Failure } from '../../core/model';
import { refusalInfo } from '../logic/refusals';
import { Button } from '../primitives/Button';
import { useActions, useT, useView } from '../state/context';

interface RefusalButtonsProps {
  failure: Failure;
  /** The id of the form with the passcode. */
  form: string;
  /** The text of the button that closes the refusal. */
  close: string;
}

/** The buttons to close a refusal and, if it makes sense, to retry. */
export function RefusalButtons({ failure, form, close }: RefusalButtonsProps) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const { recovery } = refusalInfo(failure);
  const busy = failure.retrying === true;
  const again = t(busy ? 'refusal.joining' : recovery === 'passcode' ? 'refusal.join' : 'refusal.retry');
  return (
    <>
      <Button tone={recovery ? 'plain' : 'primary'} data-autofocus={recovery ? undefined : true} className="leave-btn" onClick={() => actions.dismissFailure()}>{close}</Button>
      {recovery === 'passcode' ? <Button tone="primary" type="submit" form={form} aria-disabled={busy}>{again}</Button> : null}
      {recovery === 'retry' ? <Button tone="primary" data-autofocus aria-disabled={busy} onClick={() => busy || run(actions.joinAgain())}>{again}</Button> : null}
    </>
  );
}
