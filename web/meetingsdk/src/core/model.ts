/**
 * What the core shows to a view and what a view may ask of the core. The core
 * knows no React; a view knows no network. Everything in here is a type.
 */

import type { ErrorDetails } from './errors';

/** Which of the two public views is running. */
export type ViewKind = 'client' | 'component';

/** The stage of the one join of this page. */
export type Phase =
  | 'idle'
  | 'initialised'
  | 'previewing'
  | 'joining'
  | 'waitingForHost'
  | 'waitingRoom'
  | 'inMeeting'
  | 'reconnecting'
  | 'ended';

export type Role = 'host' | 'cohost' | 'panelist' | 'attendee';

/** One person in the roster, as the control channel sends it. */
export interface Participant {
  userId: number;
  guid: string;
  userName: string;
  email?: string;
  role: Role;
  state: 'joined' | 'waiting' | 'reconnecting';
  muted: boolean;
  audioOn: boolean;
  videoOn: boolean;
  sharing: boolean;
  handRaised: boolean;
  guest: boolean;
  customerKey?: string;
  view: ViewKind;
  mediaIdentity: string;
  joinedAt: string;
}

export interface SessionInfo {
  sessionId: string;
  meetingNumber: string;
  topic: string;
  hostUserId: number | null;
  kind: 'meeting' | 'webinar';
  locked: boolean;
  /** A webinar's practice session: attendees are not let in yet. */
  practice?: boolean;
  startedAt: string;
  chatAllowed: 'everyone' | 'hosts' | 'off';
  participants: number;
}

export interface ChatMessage {
  id: string;
  text: string;
  sentAt: string;
  sender: { userId: number; name: string };
  /** null means everyone. */
  receiver: { userId: number; name: string } | null;
}

export interface DeviceChoice {
  deviceId: string;
  label: string;
}

export interface Devices {
  microphones: DeviceChoice[];
  cameras: DeviceChoice[];
  speakers: DeviceChoice[];
  /** Chosen device ids; empty means the system's default. */
  microphone: string;
  camera: string;
  speaker: string;
}

/** Something the person should be told, in words, for a moment. */
export interface Notice {
  id: number;
  level: 'info' | 'warning' | 'error';
  /** A key of the dictionary, with values to fill in. */
  key: string;
  values?: Record<string, string | number>;
}

/** A refused join or a closed meeting, ready to be shown. */
export interface Failure extends ErrorDetails {
  /** true: the join failed; false: the meeting is over. */
  joinFailed: boolean;
  /** What was seen, in words; servers in development mode say it. */
  evidence?: string;
}

/** The whole visible state. Immutable: every change makes a new object. */
export interface MeetingState {
  phase: Phase;
  self: Participant | null;
  session: SessionInfo | null;
  participants: readonly Participant[];
  chat: readonly ChatMessage[];
  unreadChat: number;
  /** userIds of those who speak now, loudest first. */
  activeSpeakers: readonly number[];
  microphone: 'off' | 'joining' | 'muted' | 'on' | 'denied' | 'missing';
  camera: 'off' | 'starting' | 'on' | 'denied' | 'missing';
  share: 'off' | 'starting' | 'on';
  /** Whether the browser lets remote sound play; false asks for a click. */
  canPlaySound: boolean;
  devices: Devices;
  notices: readonly Notice[];
  failure: Failure | null;
  /** Seconds since the line broke, while reconnecting. */
  reconnectingSince: number | null;
  /** What is known of a meeting whose host is awaited (3008). */
  awaited: { topic: string; scheduleTime: string | null } | null;
  /** A host asks this person to unmute. */
  unmuteRequestedBy: string | null;
}

/** Which picture of a participant. */
export type VideoKind = 'camera' | 'screen';

/** What the person chose on the preview page. Device ids are empty for the system's default. */
export interface PreviewChoice {
  microphone: boolean;
  camera: boolean;
  microphoneId: string;
  cameraId: string;
}

/** What a view may do. Promises reject with CallError. */
export interface MeetingActions {
  /**
   * Ends the phase `previewing`: the join goes on with these devices. The view
   * shows the preview with a stream of its own and has stopped it by then.
   */
  finishPreview(choice: PreviewChoice): void;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setShare(on: boolean): Promise<void>;
  chooseDevice(kind: 'microphone' | 'camera' | 'speaker', deviceId: string): Promise<void>;
  unlockSound(): Promise<void>;
  sendChat(text: string, userId?: number): Promise<void>;
  markChatRead(): void;
  mute(userId: number, muted: boolean): Promise<void>;
  muteAll(muted: boolean): Promise<void>;
  rename(userId: number, name: string): Promise<void>;
  raiseHand(raised: boolean, userId?: number): Promise<void>;
  remove(userId: number): Promise<void>;
  admit(userId: number): Promise<void>;
  admitAll(): Promise<void>;
  hold(userId: number, hold: boolean): Promise<void>;
  setRole(userId: number, role: Role): Promise<void>;
  lock(locked: boolean): Promise<void>;
  /** Ends a webinar's practice session and lets attendees in. */
  startWebinar(): Promise<void>;
  leave(): Promise<void>;
  end(): Promise<void>;
  dismissNotice(id: number): void;
  dismissFailure(): void;
  answerUnmuteRequest(yes: boolean): Promise<void>;
  /**
   * Shows a participant's picture in the element until the returned function
   * is called. Subscribes only while attached; the requested resolution
   * follows the element's size.
   */
  attachVideo(userId: number, kind: VideoKind, element: HTMLVideoElement): () => void;
}

/** What the core hands to a view. */
export interface MeetingModel {
  getState(): MeetingState;
  subscribe(listener: () => void): () => void;
  readonly actions: MeetingActions;
  readonly i18n: Translator;
}

export interface Translator {
  /** Translates a key, filling `{name}` places; an unknown key is echoed. */
  t(key: string, values?: Record<string, string | number>): string;
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  subscribe(listener: () => void): () => void;
}

/** Options of a view that the UI obeys, from `init`. */
export interface ViewOptions {
  view: ViewKind;
  defaultView: 'gallery' | 'speaker' | 'ribbon' | 'minimized' | 'active' | 'multiSpeaker';
  showMeetingHeader: boolean;
  isSupportAV: boolean;
  isSupportChat: boolean;
  screenShare: boolean;
  disableInvite: boolean;
  videoDrag: boolean;
  videoHeader: boolean;
  showJoiningErrorDialog: boolean;
  disablePreview: boolean;
  meetingInfo: readonly string[];
  maximumVideosInGalleryView: number;
  /** Component View's `customize`, as the app gave it. */
  customize: Record<string, unknown>;
}

/** The UI chunk exports these two functions. */
export interface UserInterface {
  mountClientView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView;
  mountComponentView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView;
}

export interface MountedView {
  update(options: Partial<ViewOptions>): void;
  unmount(): void;
}
