import { groupNumber } from '../logic/format';
import { findParticipant } from '../logic/order';
import { useMeeting, useOption, useT } from '../state/context';
import { CopyInvitation } from './CopyInvitation';
import { useInvitation } from './useInvitation';

/** The details that the app's `meetingInfo` option lists and that this server knows. */
export function InfoCard() {
  const t = useT();
  const session = useMeeting((state) => state.session);
  const host = useMeeting((state) => findParticipant(state.participants, state.session?.hostUserId)?.userName ?? '');
  const selfId = useMeeting((state) => state.self?.userId);
  const infoItems = useOption('meetingInfo');
  const invitation = useInvitation();
  const typed = useOption('passcode');
  if (!session) return null;

  const rows = [
    { name: 'host', value: host },
    { name: 'mn', value: groupNumber(session.meetingNumber) },
    { name: 'pwd', value: session.passcode ?? typed },
    { name: 'participant', value: selfId === undefined ? '' : String(selfId) },
    { name: 'enctype', value: t('info.encryption') },
  ].filter((row) => row.value && infoItems.includes(row.name));
  return (
    <div role="dialog" aria-label={t('info.title')} className="meeting-info">
      <h2 className="ar-info__topic">{infoItems.length === 0 || infoItems.includes('topic') ? session.topic : t('info.title')}</h2>
      <dl className="ar-info__rows">
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{t(`info.${row.name}`)}</dt>
            <dd>{row.name === 'mn' ? <span dir="ltr">{row.value}</span> : row.value}</dd>
          </div>
        ))}
      </dl>
      {invitation ? <CopyInvitation text={invitation.text} /> : null}
    </div>
  );
}
