/**
 * The interface between the core and a view. The core knows nothing of React, and a
 * view knows nothing of the network. Almost everything in here is a type.
 */

import type { ErrorDetails } from './errors';
import type { MediaStatistics } from './events';

/** Which of the two public views is running. */
export type ViewKind = 'client' | 'component';
/** How an app removed a view: from the document, by hiding it, or by going back to before the join. */
export type ViewRemoval = 'removed' | 'hidden' | 'back';

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
  /** For a participant who is reconnecting: audio and video are lost, too. */
  mediaLost?: boolean;
  muted: boolean;
  audioOn: boolean;
  videoOn: boolean;
  sharing: boolean;
  handRaised: boolean;
  /** When the hand was raised; means nothing while it is down. */
  handRaisedAt?: string;
  guest: boolean;
  customerKey?: string;
  view: ViewKind;
  mediaIdentity: string;
  joinedAt: string;
  /** Joined as the host, and may reclaim that role. */
  originHost?: boolean;
  /** May unmute although participants may not unmute themselves: a host asked for it. */
  mayUnmute?: boolean;
  /** A webinar's attendee who has permission to talk. */
  allowedToTalk?: boolean;
  /** Whether a host lets this person record, and what they do. */
  mayCapture?: boolean;
  capture?: CaptureStatus;
  /** The same for all participants of one signed-in user; missing for anonymous participants. */
  personKey?: string;
  /** An app that participates on behalf of a user. */
  bot?: { appName: string; authorizerKey: string };
}

/** Recording by a participant: none, running, paused. */
export type CaptureStatus = 'off' | 'on' | 'paused';

export interface SessionInfo extends SessionRules {
  sessionId: string;
  meetingNumber: string;
  topic: string;
  /** For hosts alone: others know the one that they joined with. */
  passcode?: string;
  hostUserId: number | null;
  kind: 'meeting' | 'webinar';
  locked: boolean;
  /** A webinar's practice session: attendees are not admitted yet. */
  practice?: boolean;
  startedAt: string;
  /** userIds that the hosts show large to everybody, in their order. */
  spotlights: readonly number[];
  participants: number;
}

/** What the hosts allow; enforced by the server. */
export interface SessionRules {
  /** To whom participants may write. */
  chatAllowed: 'everyone' | 'hosts' | 'off';
  /** Whether participants may unmute themselves. */
  unmuteAllowed: boolean;
  renameAllowed: boolean;
  /** Who may share a screen. */
  shareAllowed: 'everyone' | 'hosts';
  /** Whether several people may share at once. */
  severalSharers: boolean;
  /** Participants see the hosts and themselves only. */
  focusMode: boolean;
}

export interface ChatMessage {
  id: string;
  text: string;
  sentAt: string;
  sender: { userId: number; name: string };
  /** null means everyone; see `groupIds` for the groups. */
  receiver: { userId: number; name: string } | null;
}

/** The userIds under which messages go to a group. */
export const groupIds = { hosts: 2, waitingRoom: 4 } as const;

/** To whom a message goes: a userId, or one of the groups. */
export type ChatTarget = number | 'everyone' | 'hosts' | 'waitingRoom';

/** Somebody's reaction, shown for a moment. */
export interface Reaction {
  id: number;
  userId: number;
  reaction: ReactionName;
}

export const reactionNames = ['clap', 'thumbsup', 'heart', 'joy', 'openmouth', 'tada'] as const;
export type ReactionName = (typeof reactionNames)[number];

/** The own background: `id` is empty for none, `blur`, or that of an image of the list. */
export interface Background {
  /** null until it is known whether this browser can. */
  supported: boolean | null;
  /** Whether the app offers any; it may switch them off. */
  offered: boolean;
  id: string;
  images: readonly BackgroundImage[];
  /** Whether the person may not change it. */
  locked: boolean;
  /** Loading or being applied. */
  busy: boolean;
}

/** A camera stream with a background; `stop` ends the processing and leaves the camera open. */
export interface BackgroundPreview {
  stream: MediaStream;
  stop(): void;
}

export interface BackgroundImage {
  id: string;
  displayName: string;
  fileName: string;
  url: string;
}

/** Who is shown where, for apps that follow the order. */
export interface VideoLayout {
  view: 'speaker' | 'gallery' | 'multiSpeaker' | 'ribbon' | 'minimized' | 'active';
  /** userIds on the large place or places. */
  main: readonly number[];
  /** userIds on the strip, or on the gallery's page. */
  others: readonly number[];
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

/** A notice for the user, shown for a moment. */
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
  /** What was observed; sent by servers in development mode. */
  evidence?: string;
  /** Whether what is for developers is shown: the server runs in development mode, or the app asked for it. */
  forDevelopers?: boolean;
  /** The same join is under way once more, by the person. */
  retrying?: boolean;
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
  /** The switches of the preview, as they were left last. */
  deviceSwitches: DeviceSwitches;
  /** The name under which this page joins, as the app gave it. */
  displayName: string;
  notices: readonly Notice[];
  failure: Failure | null;
  /** The meeting is over here because another page of the same user took over. */
  takenOver: boolean;
  /** Whether the app asks the user to confirm that they want to leave. */
  confirmingLeave: boolean;
  /** Seconds since the connection was lost, while reconnecting. */
  reconnectingSince: number | null;
  /** What is known about a meeting that is previewed, or whose host has not joined yet (3008). */
  awaitedMeeting: { topic: string; scheduleTime: string | null } | null;
  /** A host asks this person to unmute. */
  unmuteRequestedBy: string | null;
  /** userIds that this page shows large, in their order; nobody else sees it. */
  pins: readonly number[];
  /** Whether more than one may be pinned. */
  multiPin: boolean;
  /** Reactions of the last seconds. */
  reactions: readonly Reaction[];
  /** Whether the own video is shown mirrored. */
  mirrored: boolean;
  /** Whether the own camera looks away from the person, as the one at a phone's back does. */
  cameraFacesAway: boolean;
  /** Whether sound of others is cut off. */
  incomingAudioStopped: boolean;
  /** 0 and 1 bad, 2 normal, 3 to 5 good; by userId. */
  quality: Readonly<Record<number, number>>;
  /** The app's own texts for the waiting room. */
  waitingRoomText: { title: string; description: string } | null;
  background: Background;
  /** userIds that ask whether they may record; hosts only. */
  captureRequests: readonly number[];
  /** Whether a video is shown in picture-in-picture. */
  pictureInPicture: boolean;
}

/** Which video of a participant. */
export type VideoKind = 'camera' | 'screen';

/** What the person chose on the preview page. Device ids are empty for the system's default. */
export interface PreviewChoice {
  /** What to open inside: what is switched on and works. */
  microphone: boolean;
  camera: boolean;
  microphoneId: string;
  cameraId: string;
  speakerId: string;
  /** The positions of the two switches; saved for the next meeting. */
  deviceSwitches: DeviceSwitches;
}

/** Whether microphone and camera are on when a meeting begins. */
export interface DeviceSwitches {
  microphone: boolean;
  camera: boolean;
}

/** What a view may do. Promises reject with CallError. */
export interface MeetingActions {
  /**
   * Ends the phase `previewing`: only now the page joins, with these devices. The
   * view shows the preview with a stream of its own and has stopped it by then.
   */
  finishPreview(choice: PreviewChoice): void;
  setMicrophone(on: boolean): Promise<void>;
  /** Disconnects the own sound altogether; `setMicrophone(true)` joins again. */
  leaveAudio(): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  /** `how` is for this share alone; the default is set by `setShareSound`. */
  setShare(on: boolean, how?: { sound?: boolean; motion?: boolean }): Promise<void>;
  chooseDevice(kind: 'microphone' | 'camera' | 'speaker', deviceId: string): Promise<void>;
  unlockSound(): Promise<void>;
  /** Whether the next share asks the browser for sound as well. */
  setShareSound(on: boolean): void;
  sendChat(text: string, to?: ChatTarget): Promise<void>;
  /** One's own message; a host any that they can read. */
  deleteChat(id: string): Promise<void>;
  markChatRead(): void;
  mute(userId: number, muted: boolean): Promise<void>;
  /** `unmuteAllowed` changes that rule along with it. */
  muteAll(muted: boolean, unmuteAllowed?: boolean): Promise<void>;
  rename(userId: number, name: string): Promise<void>;
  raiseHand(raised: boolean, userId?: number): Promise<void>;
  lowerAllHands(): Promise<void>;
  react(reaction: ReactionName): Promise<void>;
  remove(userId: number): Promise<void>;
  admit(userId: number): Promise<void>;
  admitAll(): Promise<void>;
  hold(userId: number, hold: boolean): Promise<void>;
  setRole(userId: number, role: Role): Promise<void>;
  /** Reclaims the host's role; for participants who joined as the host. */
  reclaimHost(): Promise<void>;
  /** Becomes the host by the host's key, while no host is inside. */
  claimHost(hostKey: string): Promise<void>;
  lock(locked: boolean): Promise<void>;
  /** Ends a webinar's practice session and lets attendees in. */
  startWebinar(): Promise<void>;
  /** Changes what the hosts allow. */
  setRules(rules: Partial<SessionRules>): Promise<void>;
  /** Shows people large to everybody; `replace` shows this one alone. */
  spotlight(operate: 'add' | 'replace' | 'remove', userId: number): Promise<void>;
  /** Lets a webinar's attendee speak, or no longer. */
  allowToTalk(userId: number, allowed: boolean): Promise<void>;
  /** Shows people large on this page only. */
  pin(operate: 'add' | 'replace' | 'remove', userId: number): void;
  removeAllPins(): void;
  allowMultiPin(allowed: boolean): void;
  setMirrored(mirrored: boolean): void;
  stopIncomingAudio(stop: boolean): void;
  setWaitingRoomText(text: { title: string; description: string } | null): void;
  /** Chooses the own background; empty takes it away. Loads what it needs. */
  setBackground(id: string): Promise<void>;
  /** A camera stream that is previewed before a meeting, with the selected background. Loads what it needs. */
  previewBackground(stream: MediaStream): Promise<BackgroundPreview>;
  /** Responds to a participant's request to record. */
  permitCapture(userId: number, allowed: boolean): Promise<void>;
  /** Reports to everybody that this page records, pauses or stops. */
  setCapture(status: CaptureStatus): Promise<void>;
  /** Shows a participant's video in picture-in-picture, or closes that window. */
  setPictureInPicture(userId: number | null): Promise<void>;
  /** What the browser measures now of each medium that is sent or received. */
  readStatistics(): Promise<readonly MediaStatistics[]>;
  /** Reports whom the view shows, each time that changes. */
  reportLayout(layout: VideoLayout): void;
  /** `successor`: who becomes the host, where the host leaves. */
  leave(successor?: number): Promise<void>;
  end(): Promise<void>;
  /** Resolves `confirmingLeave`: the user stays. */
  stay(): void;
  /** Joins once more as before: after a refusal, then with the passcode that was typed, or back into a meeting that is over here. */
  joinAgain(passcode?: string): Promise<void>;
  dismissNotice(id: number): void;
  /** Closes the message about a refusal, or about the end of a meeting. */
  dismissFailure(): void;
  respondToUnmuteRequest(yes: boolean): Promise<void>;
  /**
   * Shows a participant's video in the element until the returned function
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
  /** The page removed the view permanently; leaves the meeting. */
  viewRemoved?(reason: ViewRemoval): void;
}

export interface Translator {
  /** Translates a key, filling `{name}` places; an unknown key is echoed. */
  t(key: string, values?: Record<string, string | number>): string;
  readonly language: string;
  /** The language of the texts that are shown: English where `language` has none. */
  readonly textLanguage: string;
  readonly direction: 'ltr' | 'rtl';
  /** Changes whenever the texts that `t` returns change. */
  readonly version: number;
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
  /** Component View: what happened stays in view after a meeting. */
  keepEndedPage: boolean;
  disablePreview: boolean;
  /** No sound of one's own, and no control for it. */
  disableJoinAudio: boolean;
  /** The audio panel is open as long as audio is not joined. */
  audioPanelAlwaysOpen: boolean;
  /** Whether the bar at the bottom is there. */
  isLockBottom: boolean;
  /** Whether there are reactions and raised hands. */
  isSupportNonverbal: boolean;
  /** Nothing is shown over or around a shared screen. */
  showPureSharingContent: boolean;
  /** Whether shared screens can only be fitted. */
  sharingMode: 'both' | 'fit';
  hideShareAudioOption: boolean;
  disablePictureInPicture: boolean;
  /** Whether devices can be tried while waiting. */
  enableWaitingRoomPreview: boolean;
  /** A link with `{0}` for the number and `{1}` for the passcode; empty for the server's own. */
  inviteUrlFormat: string;
  /** The passcode this page joined with, for the invitation; empty without one. */
  passcode: string;
  /** A page through which links in chats are opened; empty opens them directly. */
  externalLinkPage: string;
  meetingInfo: readonly string[];
  maximumVideosInGalleryView: number;
  /** Component View's `customize`, as the app gave it. */
  customize: Record<string, unknown>;
}

/** What the UI chunk exports. */
export interface UserInterface {
  mountClientView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView;
  mountComponentView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView;
  /** Renders the view once in the background, so that the first join is faster. */
  prewarmView?(i18n: Translator, options: ViewOptions): void;
}

export interface MountedView {
  /** Resolves once the current state is rendered. */
  rendered?(): Promise<void>;
  update(options: Partial<ViewOptions>): void;
  /** Shows a layout now; `defaultView` counts only when a view is mounted. */
  setLayout?(layout: ViewOptions['defaultView']): void;
  unmount(): void;
}
