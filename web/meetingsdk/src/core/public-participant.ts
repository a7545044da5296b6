import { authorizerOf } from './on-behalf-of';
import type { Participant } from './model';

/** `audio` of a participant record: nothing joined, or computer audio. */
export const audioState = (p: Participant): '' | 'computer' => (p.audioOn ? 'computer' : '');

/** The `userType` of a participant who joined with a browser. */
const browserUserType = 9;

/**
 * A participant as the public views show it: the names of today and the old
 * ones that apps still read.
 */
export function publicParticipant(p: Participant, participants: readonly Participant[] = []): PublicParticipant {
  const waiting = p.state === 'waiting';
  const host = p.role === 'host';
  const cohost = p.role === 'cohost';
  return {
    userId: p.userId,
    userName: p.userName,
    displayName: p.userName,
    audio: audioState(p),
    muted: p.muted,
    isHost: host,
    isCoHost: cohost,
    bCoHost: cohost,
    isGuest: p.guest,
    avatar: '',
    isPhoneUser: false,
    bRaiseHand: p.handRaised,
    isHold: waiting,
    bHold: waiting,
    video: p.videoOn,
    bVideoOn: p.videoOn,
    isVideoConnect: p.videoOn,
    bVideoConnect: p.videoOn,
    sharerOn: p.sharing,
    sharePause: false,
    sharerPause: false,
    feedback: 0,
    audioStatus: p.audioOn ? 2 : 0,
    audioConnectionStatus: p.audioOn ? 2 : 0,
    isInFailover: p.state === 'reconnecting',
    participantUUID: p.guid,
    userGuid: p.guid,
    userGUID: p.guid,
    customerKey: p.customerKey ?? '',
    userEmail: p.email ?? '',
    userType: browserUserType,
    userRole: host ? 1 : 0,
    isAllowToTalk: p.allowedToTalk === true,
    bLocalRecord: p.capture === 'on',
    // What no participant has here: captions, breakout rooms, native apps.
    bCCEditor: false,
    bid: 0,
    os: 0,
    zoomID: '',
    caps: 0,
    isBotUser: p.bot !== undefined,
    botBrandName: p.bot?.appName ?? '',
    botAuthorizerName: authorizerOf(p, participants)?.userName ?? '',
  };
}

/** See `publicParticipant`. */
export interface PublicParticipant {
  userId: number;
  userName: string;
  displayName: string;
  audio: '' | 'computer' | 'phone';
  muted: boolean;
  isHost: boolean;
  isCoHost: boolean;
  bCoHost: boolean;
  isGuest: boolean;
  avatar: string;
  isPhoneUser: boolean;
  bRaiseHand: boolean;
  isHold: boolean;
  bHold: boolean;
  video: boolean;
  bVideoOn: boolean;
  isVideoConnect: boolean;
  bVideoConnect: boolean;
  sharerOn: boolean;
  sharePause: boolean;
  sharerPause: boolean;
  feedback: number;
  audioStatus: number;
  audioConnectionStatus: number;
  /** The participant's connection is down and may be restored. */
  isInFailover: boolean;
  participantUUID: string;
  userGuid: string;
  userGUID: string;
  customerKey: string;
  userEmail: string;
  userType: number;
  userRole: number;
  isAllowToTalk: boolean;
  /** Whether the page reports that it records. */
  bLocalRecord: boolean;
  bCCEditor: boolean;
  bid: number;
  os: number;
  zoomID: string;
  caps: number;
  isBotUser: boolean;
  /** The app, and on whose behalf it participates. */
  botBrandName: string;
  botAuthorizerName: string;
}

/** The changed fields of the public record, with the userId. */
export function publicChange(before: Participant, after: Participant): Partial<PublicParticipant> & { userId: number } {
  const old = publicParticipant(before);
  const now = publicParticipant(after);
  const changed = Object.entries(now).filter(([key, value]) => old[key as keyof PublicParticipant] !== value);
  return { ...(Object.fromEntries(changed) as Partial<PublicParticipant>), userId: after.userId };
}

/** The roster as apps expect it: the own participant first. */
export function publicRoster(participants: readonly Participant[], self: Participant | null): PublicParticipant[] {
  const own = self ? (participants.find((p) => p.userId === self.userId) ?? self) : null;
  const others = participants.filter((p) => p.userId !== own?.userId);
  return (own ? [own, ...others] : others).map((p) => publicParticipant(p, participants));
}
