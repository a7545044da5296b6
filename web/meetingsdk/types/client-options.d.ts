/* Options and small types of Client View. */

import type { JoinErrorFields } from './common.js';

export type MeetingInfoType = 'topic' | 'host' | 'mn' | 'pwd' | 'telPwd' | 'invite' | 'participant' | 'dc' | 'enctype' | 'report';

export interface VbImageInfoType {
  /** unique key */
  id: string;
  /** label */
  displayName: string;
  /** file name */
  fileName: string;
  /** image address */
  url: string;
}

export interface CallOutOption {
  /** callee must hear a greeting first */
  greeting?: boolean;
  /** callee must press 1 first */
  pressingOne?: boolean;
}

export interface InvitePhoneOption {
  /** phone becomes own bound audio */
  callMe?: boolean;
  /** callee must hear a greeting first */
  greeting?: boolean;
  /** callee must press 1 first */
  pressingOne?: boolean;
}

export interface NativeImageType {
  /** image as data URL */
  toDataURL: ()=>string;
}

export interface DesktopCapturerSource {
  /** icon image */
  appIcon: NativeImageType;
  /** display key */
  display_id: string;
  /** source key handed to capture */
  id: string;
  /** app label */
  name: string;
  /** preview image */
  thumbnail: NativeImageType;
  /** overrides the thumbnail */
  imgSrc?: string;
  /** overrides the icon */
  appIconSrc?: string;
}

export interface RoomOption {
  /**
   * enter automatically upon assignment
   * Default: false.
   */
  isAutoJoinRoom?: boolean;
  /**
   * members may return
   * Default: true.
   */
  isBackToMainSessionEnabled?: boolean;
  /**
   * countdown on
   * Default: false.
   */
  isTimerEnabled?: boolean;
  /**
   * length
   * Default: 1800.
   */
  timerDuration?: number;
  /**
   * true suppresses the time-up notice
   * Default: false.
   */
  notNotifyMe?: boolean;
  /**
   * countdown after closing
   * Default: true.
   */
  needCountDown?: boolean;
  /**
   * grace before closing: 10|15|30|60|120
   * Default: 60.
   */
  waitSeconds?: number;
}

export interface SupportFeatures {
  /** browser or platform label */
  platform: string;
  /** available features */
  supportFeatures: string[];
  /** missing features */
  unSupportFeatures: string[];
}

export type MeetingStatus = 1 | 2 | 3 | 4;

/** Values of the event of that name. */
export const enum onMeetingStatus {
  connecting = 1,
  connected = 2,
  disconnected = 3,
  reconnecting = 4,
}

export const enum BreakoutRoomControlStatus {
  NotStarted = 1,
  InProgress = 2,
  Closing = 3,
  Closed = 4,
}

export const enum BreakoutRoomStatus {
  NoToken = 1,
  GotToken = 2,
  Started = 3,
  Closing = 4,
  Closed = 5,
}

export const enum BreakoutRoomAllocationPattern {
  auto = 1,
  manually = 2,
  selfSelect = 3,
}

export const enum BreakoutRoomAttendeeStatus {
  Initial = 'initial',
  Invited = 'be invited',
  Joining = 'joining',
  InRoom = 'in room',
  Returning = 'returning',
  NotJoined = 'not joined',
  TimeUp = 'time up',
  MainSession = 'main session',
}

export type InMeetingEvent = 'onUserJoin' | 'onUserLeave' | 'onUserUpdate' | 'bot-relation-update' | 'receiveSharingChannelReady' | 'onUserIsInWaitingRoom' | 'onPreviewPannel' | 'onJoinSpeed' | 'onMeetingStatus' | 'onReceiveTranscriptionMsg' | 'onReceiveTranslateMsg' | 'onAudioQos' | 'onVideoQos' | 'onShareQos' | 'onClaimStatus' | 'onNetworkQualityChange' | 'onVideoOrder' | 'onFeedBackData' | 'onRecordingChange' | 'onShareContentChange' | 'onReceiveChatMsg' | 'onVbStatusChange' | 'onMediaCapturePermissionChange' | 'onMediaCaptureStatusChange' | 'onRoomStatusChange' | 'onFocusModeStatusChange' | 'onActiveSpeaker' | 'onPictureInPicture';

/** What `success` receives. */
export interface ClientSuccess<T = any> {
  method: string;
  status: true;
  errorCode: 0;
  errorMessage: null;
  result: T;
}

/** What `error` receives; a refused function has the code 1, a failed join every field. */
export interface ClientError extends Partial<JoinErrorFields> {
  method: string;
  status: false;
  errorCode: number;
  errorMessage: string;
  /** For 3008: what is known of the meeting. */
  result: any;
  /** The class of a refused function, e.g. `INSUFFICIENT_PRIVILEGES`. */
  type?: string;
}

export interface Callbacks<T = any> {
  success?: (answer: ClientSuccess<T>) => any;
  error?: (answer: ClientError) => any;
}

/** Options without the callbacks, which each form of a call has of its own. */
export type Plain<Options> = Omit<Options, 'success' | 'error'>;

/**
 * A function of the contract: with callbacks they are called, without any a
 * promise has the same result; it rejects with an Error that has the fields of
 * ClientError. The last form is the contract's own, which takes any function
 * for a callback.
 */
export interface ClientFunction<Options, T = any> {
  (options: Plain<Options> & { success: (answer: ClientSuccess<T>) => any; error?: (answer: ClientError) => any }): void;
  (options: Plain<Options> & { success?: undefined; error: (answer: ClientError) => any }): void;
  (options?: Plain<Options> & { success?: undefined; error?: undefined }): Promise<ClientSuccess<T>>;
  (options: Plain<Options> & { success?: (...args: any[]) => any; error?: (...args: any[]) => any }): void;
}

/** What `getVirtualBackgroundStatus` delivers; a shape for `typeof`, not a function that is there. */
export function vbStatusDataFunc(answer: { result: { vbList: VbImageInfoType[]; lock: boolean; blur: boolean; status: boolean; vb: boolean; mask: boolean; id: any } }): any;

/** What `isSupportVirtualBackground` delivers; a shape for `typeof`, not a function that is there. */
export function vbSupportDataFunc(answer: { result: { vb: boolean; mask: boolean; enable: boolean } }): any;

/** What `shareSource` takes; a shape for `typeof`, not a function that is there. */
export function getShareSourcesFunc(): Promise<DesktopCapturerSource[]>;

/** Options of `init`. */
export interface InitOptions extends Callbacks {
  /**
   * Prints diagnostics to the console.
   * Default: false.
   */
  debug?: boolean;
  /**
   * Auto-applies media-library hotfixes inside the same SDK version.
   * Default: false.
   */
  patchJsMedia?: boolean;
  /**
   * Where to go after leaving; see substitution table.
   * Default: window.location.origin when unset.
   */
  leaveUrl?: string;
  /** Alternative web domain (PSO; government: www.zoomgov.com). */
  webEndpoint?: string;
  /**
   * Title bar with number and topic.
   * Default: true.
   */
  showMeetingHeader?: boolean;
  /**
   * Drops invitations.
   * Default: false.
   */
  disableInvite?: boolean;
  /**
   * Drops dialling out.
   * Default: false.
   */
  disableCallOut?: boolean;
  /**
   * Drops recording (source comment mistakenly names dialling).
   * Default: false.
   */
  disableRecord?: boolean;
  /**
   * Drops joining audio.
   * Default: false.
   */
  disableJoinAudio?: boolean;
  /**
   * Keeps the audio panel expanded upon join.
   * Default: false.
   */
  audioPanelAlwaysOpen?: boolean;
  /**
   * Keeps overlays off shared content.
   * Default: false.
   */
  showPureSharingContent?: boolean;
  /**
   * Master switch for both audio and video.
   * Default: true.
   */
  isSupportAV?: boolean;
  /**
   * Chat switch.
   * Default: true.
   */
  isSupportChat?: boolean;
  /**
   * Webinar Q&A switch.
   * Default: true.
   */
  isSupportQA?: boolean;
  /**
   * Closed-caption switch.
   * Default: true.
   */
  isSupportCC?: boolean;
  /**
   * Poll switch.
   * Default: true.
   */
  isSupportPolling?: boolean;
  /**
   * Breakout switch.
   * Default: true.
   */
  isSupportBreakout?: boolean;
  /**
   * Sharing of browser URL, Chrome only.
   * Default: true.
   */
  screenShare?: boolean;
  /**
   * Draggable video tiles.
   * Default: true.
   */
  videoDrag?: boolean;
  /**
   * 'fit' removes the original-size choice.
   * Default: 'both'.
   */
  sharingMode?: string;
  /**
   * Header strip on video tiles.
   * Default: true.
   */
  videoHeader?: boolean;
  /**
   * Footer bar visibility.
   * Default: true.
   */
  isLockBottom?: boolean;
  /**
   * Nonverbal feedback icons.
   * Default: true.
   */
  isSupportNonverbal?: boolean;
  /**
   * Built-in popup upon join failure.
   * Default: true.
   */
  isShowJoiningErrorDialog?: boolean;
  /**
   * Invite link template, {0} number, {1} passcode; >=2.4.0, account flag needed.
   * Default: ''.
   */
  inviteUrlFormat?: string;
  /**
   * Popup size in pixels for login and registration (fields declared strings).
   * Default: {width:400, height:380}.
   */
  loginWindow?: {width: string; height: string};
  /**
   * Which details the info panel lists.
   * Default: ['topic','host','mn','pwd','telPwd','invite','participant','dc','enctype','report'].
   */
  meetingInfo?: Array<MeetingInfoType>;
  /**
   * Drops computer audio.
   * Default: false.
   */
  disableVoIP?: boolean;
  /**
   * Drops the report feature.
   * Default: false.
   */
  disableReport?: boolean;
  /**
   * Skips the device preview.
   * Default: false.
   */
  disablePreview?: boolean;
  /**
   * Device preview while held or awaiting the host.
   * Default: true.
   */
  enableWaitingRoomPreview?: boolean;
  /**
   * Development switch for web isolation mode.
   * Default: false.
   */
  disableCORP?: boolean;
  /** Called upon retry; argument not documented. */
  onRetryCallback?: (...args: any[]) => any;
  /**
   * Simulive support; incompatible with credentialless embedding.
   * Default: false.
   */
  isSupportSimulive?: boolean;
  /**
   * 720p, subject to bandwidth and hardware.
   * Default: true (>=2.8.0; earlier false).
   */
  enableHD?: boolean;
  /**
   * 1080p reception for attendees where the backend offers it.
   * Default: false (>=2.9.0).
   */
  enableFullHD?: boolean;
  /**
   * Helper HTML address to bypass CORS trouble.
   * Default: ''.
   */
  helper?: string;
  /** Interstitial HTML for outbound links. */
  externalLinkPage?: string;
  /**
   * Starting layout; phones lack multiSpeaker, fewer than 3 users downgrades gallery.
   * Default: 'speaker'.
   */
  defaultView?: 'gallery' | 'speaker' | 'multiSpeaker';
  /**
   * Hides the tab-audio checkbox for Chrome tab shares.
   * Default: false.
   */
  hideShareAudioOption?: boolean;
  /**
   * Disables picture-in-picture.
   * Default: false.
   */
  disablePictureInPicture?: boolean;
  /** Promise-returning contact search for phone invites; result rows below. */
  onInviteSearchZoomPhoneCallback?: (...args: any[]) => any;
  /**
   * Drops phone-service invites.
   * Default: false.
   */
  disableZoomPhone?: boolean;
  /**
   * Removes the vendor logo; announced to disappear.
   * Default: false.
   */
  disableZoomLogo?: boolean;
  /**
   * Leaves at once on reload or close; bound phone hangs up, room assignment lost.
   * Default: false.
   */
  leaveOnPageUnload?: boolean;
}

/** Options of `join`. */
export interface JoinOptions extends Callbacks {
  /** Meeting or webinar number. */
  meetingNumber: string | number;
  /** Display name. */
  userName: string;
  /** Mandatory for webinars and for registration-gated meetings. */
  userEmail?: string;
  /** Passcode, capital W; '' when only a waiting room guards entry. */
  passWord?: string;
  /** Caller-chosen identifier echoed by REST reports; 36 characters at most. */
  customerKey?: string;
  /** Registrant token, needed where registration is on. */
  tk?: string;
  /** Host access token, needed to start as host. */
  zak?: string;
  /**
   * Legacy key, dropped in favour of signature.
   * @deprecated since 4.0.0
   */
  sdkKey?: string;
  /** JWT; since 5.0.0 must hold appKey (SDK key or client ID). */
  signature: string;
  /** Grants local recording. */
  recordingToken?: string;
  /** Token from getChildTokens; meaning otherwise undocumented. */
  childToken?: string;
  /** App-privilege token for joins outside the own account. */
  obfToken?: string;
}

