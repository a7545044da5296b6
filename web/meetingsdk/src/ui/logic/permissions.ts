import type { Participant, SessionInfo, ViewOptions } from '../../core/model';

/** An entry of the menu on one participant. */
export type PersonAction =
  | 'mute' | 'askUnmute' | 'chat' | 'pin' | 'addPin' | 'replacePin' | 'unpin' | 'spotlight' | 'addSpotlight' | 'replaceSpotlight' | 'endSpotlight'
  | 'lowerHand' | 'makeHost' | 'makeCohost' | 'withdrawCohost' | 'reclaimHost' | 'claimHost' | 'allowToTalk' | 'endTalk' | 'makePanelist' | 'makeAttendee'
  | 'rename' | 'permitCapture' | 'endCapture' | 'hold' | 'admit' | 'remove';

/** What else the menu depends on. */
export interface MenuOptions extends Pick<ViewOptions, 'isSupportChat'> {
  /** Who is pinned on this page. */
  pins?: readonly number[];
  /** Whether the self may become the host by the host's key. */
  claimable?: boolean;
}

/** Whether this person runs the meeting. */
export function canManage(person: Participant | null): boolean {
  return person?.role === 'host' || person?.role === 'cohost';
}

/** Whether this participant may speak: a webinar's attendee only with permission to talk. */
export function canSpeak(self: Participant | null, session: SessionInfo | null): boolean {
  return canPublish(self, session) || self?.allowedToTalk === true;
}

/** Whether this person may change their own name. */
export function canRename(self: Participant | null, session: SessionInfo | null): boolean {
  return canManage(self) || session?.renameAllowed === true;
}

/** Whether this person may become the host by the host's key: only while no host is inside. */
export function canClaim(self: Participant | null, participants: readonly Participant[]): boolean {
  return self !== null && self.role !== 'host' && !self.originHost && !participants.some((person) => person.role === 'host' && person.state !== 'waiting');
}

/** Whether this person may send sound, pictures and screens; a webinar's audience may not. */
export function canPublish(self: Participant | null, session: SessionInfo | null): boolean {
  return !(session?.kind === 'webinar' && self?.role === 'attendee');
}

/** To whom this person may write now. */
export function chatReach(self: Participant | null, session: SessionInfo | null): 'everyone' | 'hosts' | 'nobody' {
  if (!self || !session) return 'nobody';
  if (canManage(self)) return 'everyone';
  if (session.chatAllowed === 'off') return 'nobody';
  return session.chatAllowed;
}

/** Whether this person may write to that one. */
export function canChatWith(self: Participant | null, target: Participant, session: SessionInfo | null): boolean {
  if (!self || target.userId === self.userId || target.state === 'waiting') return false;
  const reach = chatReach(self, session);
  return reach === 'everyone' || (reach === 'hosts' && canManage(target));
}

/**
 * What this person may do to that one, in the order of the menu. It only hides
 * what the server would refuse; the server decides.
 */
export function personActions(self: Participant | null, target: Participant, session: SessionInfo | null, { isSupportChat, pins = [], claimable = false }: MenuOptions): PersonAction[] {
  if (!self) return [];
  const manages = canManage(self);
  if (target.state === 'waiting') return manages ? ['admit', 'remove'] : [];
  const host = self.role === 'host';
  const isSelf = target.userId === self.userId;
  const webinar = session?.kind === 'webinar';
  const audience = webinar && target.role === 'attendee';
  const spotlights = session?.spotlights ?? [];
  // A co-host has no power over the host.
  const canControl = manages && !isSelf && (host || target.role !== 'host');
  const among = (list: readonly number[], none: PersonAction, more: PersonAction[], end: PersonAction) => (list.includes(target.userId) ? [end] : list.length > 0 ? more : [none]);
  const entries: [boolean, PersonAction | PersonAction[]][] = [
    [canControl && target.audioOn, target.muted ? 'askUnmute' : 'mute'],
    [!isSelf && isSupportChat && canChatWith(self, target, session), 'chat'],
    [!audience, among(pins, 'pin', ['addPin', 'replacePin'], 'unpin')],
    [manages && !audience, among(spotlights, 'spotlight', ['addSpotlight', 'replaceSpotlight'], 'endSpotlight')],
    [(canControl || isSelf) && target.handRaised, 'lowerHand'],
    [canControl && host, 'makeHost'],
    [canControl && host && !audience, target.role === 'cohost' ? 'withdrawCohost' : 'makeCohost'],
    [isSelf && target.originHost === true && !host, 'reclaimHost'],
    [isSelf && claimable, 'claimHost'],
    [canControl && audience, target.allowedToTalk ? 'endTalk' : 'allowToTalk'],
    [canControl && host && audience, 'makePanelist'],
    [canControl && host && webinar && target.role === 'panelist', 'makeAttendee'],
    [canControl || (isSelf && canRename(self, session)), 'rename'],
    [canControl && !canManage(target), target.mayCapture ? 'endCapture' : 'permitCapture'],
    [canControl && !canManage(target) && !webinar, 'hold'],
    [canControl && target.role !== 'host' && (host || target.role !== 'cohost'), 'remove'],
  ];
  return entries.flatMap(([shown, entry]) => (shown ? entry : []));
}
