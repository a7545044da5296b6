import type { IconName } from '../icons/paths';
import { useMeeting, useT } from '../state/context';
import { StatusPage } from './StatusPage';

/** Why it is over, by the code the core gives. */
const ENDINGS: Record<number, { key: string; icon: IconName }> = {
  3009: { key: 'removed', icon: 'remove' },
  4001: { key: 'disconnected', icon: 'reconnect' },
  4004: { key: 'byHost', icon: 'leave' },
  4008: { key: 'elsewhere', icon: 'people' },
  4019: { key: 'unauthorised', icon: 'people' },
};

const left = { key: 'left', icon: 'check' as const };
const timeUp = { key: 'timeUp', icon: 'leave' as const };
const other = { key: 'other', icon: 'warning' as const };

/** The meeting is over for this person. */
export function EndedPage() {
  const t = useT();
  const failure = useMeeting((state) => state.failure);
  const ending = !failure ? left : failure.errorCode === 4004 && failure.cause === 'duration_limit' ? timeUp : (ENDINGS[failure.errorCode] ?? other);
  return (
    <StatusPage icon={ending.icon} title={t(`ended.${ending.key}.title`)}>
      <p>{t(`ended.${ending.key}.text`)}</p>
      {failure && ending.key === 'other' ? <p>{failure.errorMessage}</p> : null}
      {failure?.attemptId ? <p className="ar-page__fine">{t('refusal.attempt')}: <code>{failure.attemptId}</code></p> : null}
    </StatusPage>
  );
}
