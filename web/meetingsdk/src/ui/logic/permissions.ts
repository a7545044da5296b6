import type { Participant, SessionInfo, ViewOptions } from '../../core/model';

/** An entry of the menu on one participant. */
export type PersonAction =
  | 'mute' | 'askUnmute' | 'pin' | 'chat' | 'lowerHand' | 'makeHost' | 'makeCohost' | 'withdrawCohost'
  | 'makePanelist' | 'makeAttendee' | 'rename' | 'hold' | 'admit' | 'remove'
  | 'spotlight' | 'replaceSpotlight' | 'endSpotlight' | 'allowToTalk' | 'endTalk' | 'permitCapture' | 'endCapture' | 'reclaimHost';

/** Whether this person runs the meeting. */
export function canManage(self: Participant | null): boolean {
  return self?.role === 'host' || self?.role === 'cohost';
}

/** Whether this person may speak: a webinar's audience only once a host gave them the word. */
export function canSpeak(self: Participant | null, session: SessionInfo | null): boolean {
  return canPublish(self, session) || self?.allowedToTalk === true;
}

/** Whether this person may share a screen now. */
export function canShare(self: Participant | null, session: SessionInfo | null): boolean {
  return canPublish(self, session) && (canManage(self) || session?.shareAllowed !== 'hosts');
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
export function personActions(self: Participant | null, target: Participant, session: SessionInfo | null, options: Pick<ViewOptions, 'isSupportChat'>): PersonAction[] {
  if (!self) return [];
  const manages = canManage(self);
  if (target.state === 'waiting') return manages ? ['admit', 'remove'] : [];
  const isSelf = target.userId === self.userId;
  const webinar = session?.kind === 'webinar';
  const actions: PersonAction[] = [];
  // A co-host has no power over the host.
  const over = manages && !isSelf && (self.role === 'host' || target.role !== 'host');
  if (over && target.audioOn) actions.push(target.muted ? 'askUnmute' : 'mute');
  if (!isSelf && options.isSupportChat && canChatWith(self, target, session)) actions.push('chat');
  if (!(webinar && target.role === 'attendee')) actions.push('pin');
  if (manages && !(webinar && target.role === 'attendee')) {
    const lit = session?.spotlights ?? [];
    if (lit.includes(target.userId)) actions.push('endSpotlight');
    else actions.push(...(lit.length > 0 ? (['spotlight', 'replaceSpotlight'] as const) : (['spotlight'] as const)));
  }
  if ((over || isSelf) && target.handRaised) actions.push('lowerHand');
  if (over && self.role === 'host') {
    actions.push('makeHost');
    if (target.role === 'cohost') actions.push('withdrawCohost');
    else if (!(webinar && target.role === 'attendee')) actions.push('makeCohost');
  }
  if (isSelf && target.originHost && target.role !== 'host') actions.push('reclaimHost');
  if (over && webinar && target.role === 'attendee') actions.push(target.allowedToTalk ? 'endTalk' : 'allowToTalk', 'makePanelist');
  if (over && webinar && target.role === 'panelist') actions.push('makeAttendee');
  if (over || (isSelf && canRename(self, session))) actions.push('rename');
  if (over) actions.push(target.mayCapture ? 'endCapture' : 'permitCapture');
  if (over) {
    if (!webinar) actions.push('hold');
    actions.push('remove');
  }
  return actions;
}
