import { groupNumber, inviteLink } from '../logic/format';
import { useMeeting, useOption, useT } from '../state/context';

/** The details of an invitation, and the same as a text. */
export interface Invitation {
  /** By the app's template; empty without one. */
  link: string;
  number: string;
  /** A host's from the server, anybody else's the one that they joined with. */
  passcode: string;
  text: string;
}

/**
 * The invitation to the meeting; null where the app wants none. Without
 * `inviteUrlFormat` it has no link: the address of the app's page may carry what
 * let this person in.
 */
export function useInvitation(): Invitation | null {
  const t = useT();
  const session = useMeeting((state) => state.session);
  const enabled = useOption('meetingInfo').includes('invite');
  const disabled = useOption('disableInvite');
  const format = useOption('inviteUrlFormat');
  const typed = useOption('passcode');
  if (!session || !enabled || disabled) return null;
  const passcode = session.passcode ?? typed;
  const link = inviteLink(format, session.meetingNumber, passcode);
  const number = groupNumber(session.meetingNumber);
  const text = t(link ? 'info.invitationLink' : 'info.invitation', { topic: session.topic, link, number });
  return { link, number, passcode, text: passcode ? `${text}\n${t('info.invitationPasscode', { passcode })}` : text };
}
