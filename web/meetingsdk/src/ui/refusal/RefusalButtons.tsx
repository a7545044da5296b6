import type { Failure } from '../../core/model';
import { toldOf } from '../logic/refusals';
import { Button } from '../parts/Button';
import { useActions, useT, useView } from '../state/context';

interface RefusalButtonsProps {
  failure: Failure;
  /** The id of the form with the passcode. */
  form: string;
  /** The word for going without having joined. */
  close: string;
}

/** Going, and another try where one makes sense. */
export function RefusalButtons({ failure, form, close }: RefusalButtonsProps) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const { way } = toldOf(failure);
  const busy = failure.retrying === true;
  const again = t(busy ? 'refusal.joining' : way === 'passcode' ? 'refusal.join' : 'refusal.retry');
  return (
    <>
      <Button tone={way ? 'plain' : 'primary'} data-autofocus={way ? undefined : true} className="leave-btn" onClick={() => actions.dismissFailure()}>{close}</Button>
      {way === 'passcode' ? <Button tone="primary" type="submit" form={form} aria-disabled={busy}>{again}</Button> : null}
      {way === 'retry' ? <Button tone="primary" data-autofocus aria-disabled={busy} onClick={() => busy || run(actions.joinAgain())}>{again}</Button> : null}
    </>
  );
}
