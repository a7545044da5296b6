import { Button } from '../primitives/Button';
import { useActions, useMeeting, useOption, useT, useView } from '../state/context';
import { endingOf } from './ending';
import { StatusPage } from './StatusPage';

/** The meeting is over for this person: what happened, the way back to the app, and into the meeting where that makes sense. */
export function EndedPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const failure = useMeeting((state) => state.failure);
  const takenOver = useMeeting((state) => state.takenOver);
  const view = useOption('view');
  const { key, text = key, icon, back } = endingOf(failure, takenOver);
  return (
    <StatusPage
      icon={icon}
      title={t(`ended.${key}.title`)}
      actions={
        <>
          <Button tone={back ? 'plain' : 'primary'} className="leave-btn" data-autofocus={back ? undefined : true} onClick={() => actions.dismissFailure()}>{t(view === 'client' ? 'ended.back' : 'refusal.close')}</Button>
          {back ? <Button tone="primary" data-autofocus onClick={() => run(actions.joinAgain())}>{t(back)}</Button> : null}
        </>
      }
    >
      <p>{t(`ended.${text}.text`)}</p>
      {failure?.attemptId ? <p className="ar-page__fine">{t('refusal.attempt')}: <code>{failure.attemptId}</code></p> : null}
    </StatusPage>
  );
}
