/* The public types. Names, options and defaults are those of the contract; comments note where this SDK behaves differently. */

/** Everything that is known of a failed join; both views carry these fields. */
export interface JoinErrorFields {
  errorCode: number;
  /** The reference's name of the code, e.g. `WRONG_MEETING_PASSWORD`. */
  name: string;
  /** What really happened; machine-readable and stable. */
  cause: string;
  /** What helps, in a sentence. */
  remedy: string;
  /** Whether the same request may succeed later. */
  retryable: boolean;
  /** Seconds to wait before it, where that is known. */
  retryAfter: number | null;
  /** The attempt's id in the server's console. */
  attemptId: string | null;
  /** Path of the server's page about the code. */
  docs: string | null;
  /** What was observed; sent by servers in development mode, and by the page for its own errors. */
  evidence?: string;
  /** Every later rule that would have failed too; development mode only. */
  alsoFailing?: readonly { step: string; code: number; name: string; cause: string; evidence: string; remedy: string }[];
}

/** A participant, with both current and old field names. */
export interface Participant {
  userId: number;
  userName: string;
  /** @deprecated userName */
  displayName: string;
  /** '' none, 'computer', 'phone' */
  audio: '' | 'computer' | 'phone';
  /** Microphone off, or no audio joined. */
  muted: boolean;
  isHost: boolean;
  isCoHost: boolean;
  bCoHost: boolean;
  /** Outside the meeting's account. */
  isGuest: boolean;
  avatar: string;
  isPhoneUser: boolean;
  bRaiseHand: boolean;
  /** In the waiting room. */
  isHold: boolean;
  /** @deprecated isHold */
  bHold: boolean;
  /** Camera on. */
  video: boolean;
  /** @deprecated video */
  bVideoOn: boolean;
  isVideoConnect: boolean;
  /** @deprecated isVideoConnect */
  bVideoConnect: boolean;
  sharerOn: boolean;
  sharePause: boolean;
  sharerPause: boolean;
  feedback: number;
  /** 0 off, 2 connected */
  audioStatus: number;
  /** @deprecated audioStatus */
  audioConnectionStatus: number;
  /** The participant's connection is down and may be restored. */
  isInFailover: boolean;
  participantUUID: string;
  /** @deprecated participantUUID */
  userGuid: string;
  userGUID: string;
  customerKey: string;
  /** To hosts only. */
  userEmail: string;
  userType: number;
  userRole: number;
  /** A webinar's attendee who has permission to talk. */
  isAllowToTalk: boolean;
  /** Whether the page reports that it records. */
  bLocalRecord: boolean;
  isBotUser: boolean;
  /** Of the contract, and never there: there are no assistants, administrators or pronouns here. */
  isAssistant?: boolean;
  /** @deprecated isAssistant */
  astAdmin?: boolean;
  isAdmin?: boolean;
  /** @deprecated isAdmin */
  rmcAdmin?: boolean;
  pronoun?: string;
  /** @deprecated pronoun */
  strPronoun?: string;
  /** The app, and in whose name it takes part; empty for people. */
  botBrandName: string;
  botAuthorizerName: string;
}
