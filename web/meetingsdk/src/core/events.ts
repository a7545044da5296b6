import type { ErrorDetails } from './errors';
import type { Background, CaptureStatus, ChatMessage, Participant, Reaction, SessionInfo, VideoLayout } from './model';

/** Connection phase, numbered as `onMeetingStatus` numbers it. */
export type MeetingStatusCode = 1 | 2 | 3 | 4;

export interface StatusEvent {
  status: MeetingStatusCode;
  /** The error behind 3 or 4; null where nothing went wrong. */
  error: ErrorDetails | null;
  /** true: a join failed; false: a meeting went on or is over. */
  joinFailed: boolean;
  /** For 3 without an error: why, e.g. `left`, `taken_over`. */
  reason?: string;
}

/** `onUserLeave.reasonCode` of the own departure. */
export const LeaveReason = {
  other: 0,
  hostEnded: 1,
  selfInMeeting: 2,
  selfInWaitingRoom: 3,
  selfWaitingForHost: 4,
  transferred: 5,
  expelled: 6,
  refusedInWaitingRoom: 7,
} as const;
export type LeaveReason = (typeof LeaveReason)[keyof typeof LeaveReason];

/** `onJoinSpeed.level` milestones that are reached by this SDK. */
export const Milestone = {
  callJoin: 1,
  preview: 2,
  previewConfirmed: 3,
  waitingForHost: 4,
  outWaitingForHost: 5,
  waitingRoom: 6,
  outWaitingRoom: 7,
  joined: 8,
  audioDecode: 9,
  videoDecode: 10,
  audioEncode: 11,
  videoEncode: 12,
  startAudio: 13,
  audioJoined: 14,
  startVideo: 15,
  videoJoined: 16,
  audioVideoReady: 17,
} as const;
export type Milestone = (typeof Milestone)[keyof typeof Milestone];

/** How one medium fares in one direction; losses in per cent, times in milliseconds. */
export interface MediaStatistics {
  medium: 'audio' | 'video' | 'share';
  /** true: what this page sends. */
  encoding: boolean;
  avgLoss: number;
  maxLoss: number;
  jitter: number;
  rtt: number;
  /** Of sound, in Hz; else 0. */
  sampleRate: number;
  width: number;
  height: number;
  fps: number;
}

/** What a view may listen to. */
export interface MeetingEvents {
  status: StatusEvent;
  /** The own participant, after the join or the admission from the waiting room, and all others not known yet. */
  usersFound: readonly Participant[];
  usersAdded: Participant[];
  usersRemoved: { participant: Participant; reason: string }[];
  usersUpdated: { before: Participant; after: Participant }[];
  chat: ChatMessage;
  chatDeleted: { id: string };
  reaction: Reaction;
  /** The session changed: lock, rules, spotlights, host. */
  session: { before: SessionInfo; after: SessionInfo };
  /** The outcome of claiming the host's role with the host key. */
  claimed: { claimed: boolean };
  layout: VideoLayout;
  pictureInPicture: { active: boolean };
  background: Background;
  /** The quality of a participant's connection; 0 to 5. */
  quality: { userId: number; level: number };
  statistics: MediaStatistics;
  /** A host lets this page record, or no longer. */
  capturePermission: { allowed: boolean };
  /** Somebody asks whether they may record; to hosts. */
  captureRequest: { userId: number };
  capture: { userId: number; status: CaptureStatus };
  /** Which bots participate on behalf of whom. */
  botRelations: { parentUserID: number; childUserID: number }[];
  activeSpeakers: { userId: number; userName: string }[];
  /** A participant, possibly the own one, entered or left the waiting room. */
  waitingRoom: { participant: Participant; self: boolean; waiting: boolean };
  milestone: { level: Milestone; at: number };
  /** The preview page came or went. */
  preview: { shown: boolean };
  /** The own participant has left, for any reason. */
  selfLeft: { reasonCode: LeaveReason };
  /** A join or a meeting is over; views clean up. */
  finished: { joinFailed: boolean; byUser: boolean; error: ErrorDetails | null; viewRemoved?: boolean };
  /** The user entered a passcode to retry the join with. */
  passcode: { passcode: string };
  /** The user closed the message about a failure. */
  failureDismissed: { joinFailed: boolean };
}
