import { useState } from 'react';
import { Icon } from '../icons/Icon';
import { groupNumber, inviteLink } from '../logic/format';
import { findParticipant } from '../logic/order';
import { useMeeting, useOption, useT } from '../state/context';
import { Button } from './Button';

/** The details that the app's `meetingInfo` option lists and that this server knows. */
export function InfoCard() {
  const t = useT();
  const session = useMeeting((state) => state.session);
  const host = useMeeting((state) => findParticipant(state.participants, state.session?.hostUserId)?.userName ?? '');
  const selfId = useMeeting((state) => state.self?.userId);
  const wanted = useOption('meetingInfo');
  const withInvite = !useOption('disableInvite') && wanted.includes('invite');
  const format = useOption('inviteUrlFormat');
  const passcode = useOption('passcode');
  const [copied, setCopied] = useState(false);
  if (!session) return null;

  const rows = [
    { name: 'host', value: host },
    { name: 'mn', value: groupNumber(session.meetingNumber) },
    { name: 'pwd', value: passcode },
    { name: 'participant', value: selfId === undefined ? '' : String(selfId) },
    { name: 'enctype', value: t('info.encryption') },
  ].filter((row) => row.value && wanted.includes(row.name));
  const copy = () => {
    const values = { topic: session.topic, number: groupNumber(session.meetingNumber), link: inviteLink(format, session.meetingNumber, passcode) };
    navigator.clipboard?.writeText(t(values.link ? 'info.invitationLink' : 'info.invitation', values)).then(() => setCopied(true), () => undefined);
  };

  return (
    <div role="dialog" aria-label={t('info.title')} className="meeting-info">
      <h2 className="ar-info__topic">{wanted.length === 0 || wanted.includes('topic') ? session.topic : t('info.title')}</h2>
      <dl className="ar-info__rows">
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{t(`info.${row.name}`)}</dt>
            <dd>{row.name === 'mn' ? <span dir="ltr">{row.value}</span> : row.value}</dd>
          </div>
        ))}
      </dl>
      {withInvite ? (
        <Button onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} />
          <span role="status">{t(copied ? 'action.copied' : 'info.copyInvitation')}</span>
        </Button>
      ) : null}
    </div>
  );
}
