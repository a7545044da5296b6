import { useState } from 'react';
import { canPublish } from '../logic/permissions';
import { CopyInvitation } from '../primitives/CopyInvitation';
import { IconButton } from '../primitives/IconButton';
import { useInvitation } from '../primitives/useInvitation';
import { useMeeting, useOption, useSelf, useT } from '../state/context';

/** Invites others, as long as nobody else is in the meeting or waits for it. */
export function AloneCard() {
  const t = useT();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const alone = useMeeting((state) => state.phase === 'inMeeting' && state.share === 'off' && state.participants.every((person) => person.userId === state.self?.userId));
  const shown = useOption('meetingInfo');
  const invitation = useInvitation();
  const [closed, close] = useState(false);
  // An app invites nobody, nor does a webinar's audience.
  if (!alone || closed || !invitation || !self || self.bot || !canPublish(self, session)) return null;
  const rows = [
    { name: 'link', value: invitation.link },
    { name: 'mn', value: shown.includes('mn') ? invitation.number : '' },
    { name: 'pwd', value: shown.includes('pwd') ? invitation.passcode : '' },
  ].filter((row) => row.value);
  return (
    <section className="ar-alone" aria-label={t('alone.title')}>
      <header className="ar-alone__head">
        <h2>{t('alone.title')}</h2>
        <IconButton icon="close" label={t('notice.close')} onClick={() => close(true)} />
      </header>
      <dl className="ar-info__rows">
        {rows.map(({ name, value }) => (
          <div key={name}>
            <dt>{t(`info.${name}`)}</dt>
            <dd><span dir="ltr">{value}</span></dd>
          </div>
        ))}
      </dl>
      <CopyInvitation text={invitation.text} />
    </section>
  );
}
