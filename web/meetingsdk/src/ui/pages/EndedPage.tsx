import { useMeeting, useT } from '../state/context';
import { endingOf } from './ending';
import { StatusPage } from './StatusPage';

/** The meeting is over for this person. */
export function EndedPage() {
  const t = useT();
  const failure = useMeeting((state) => state.failure);
  const ending = endingOf(failure);
  return (
    <StatusPage icon={ending.icon} title={t(`ended.${ending.key}.title`)}>
      <p>{t(`ended.${ending.key}.text`)}</p>
      {failure && ending.key === 'other' ? <p>{failure.errorMessage}</p> : null}
      {failure?.attemptId ? <p className="ar-page__fine">{t('refusal.attempt')}: <code>{failure.attemptId}</code></p> : null}
    </StatusPage>
  );
}
