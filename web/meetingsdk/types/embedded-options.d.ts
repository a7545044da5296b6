/* Options and small types of Component View. */

export const enum CameraControlCmd {
  ZoomIn = 2,
  ZoomOut = 3,
  Left = 4,
  Right = 5,
  Up = 6,
  Down = 7,
  SwitchCamera = 8,
}

export const enum FarEndCameraControlDeclinedReason {
  None = 0,
  ApproveAnother = 3,
  Stop = 5,
}

export const enum RecordingStatus {
  Recording = 'Recording',
  Paused = 'Paused',
  Stopped = 'Stopped',
}

export const enum MediaCaptureStatus {
  Stop = 0,
  Start = 1,
  Pause = 2,
}

export const enum MediaCapturePermission {
  Deny = 1,
  Allow = 2,
}

export const enum LiveTranscriptionMessageSource {
  Unspecified = 0,
  InMeetingManual = 1,
  ExternalCaptioner = 2,
  ASR = 4,
}

export const enum LiveTranscriptionLanguageCode {
  English = 0,
  'Chinese (Simplified)' = 1,
  Japanese = 2,
  German = 3,
  French = 4,
  Russian = 5,
  Portuguese = 6,
  Spanish = 7,
  Korean = 8,
  Italian = 9,
  Reserved = 10,
  Vietnamese = 11,
  Dutch = 12,
  Ukrainian = 13,
  Arabic = 14,
  Bengali = 15,
  'Chinese (Traditional)' = 16,
  Czech = 17,
  Estonian = 18,
  Finnish = 19,
  Greek = 20,
  Hebrew = 21,
  Hindi = 22,
  Hungarian = 23,
  Indonesian = 24,
  Malay = 25,
  Persian = 26,
  Polish = 27,
  Romanian = 28,
  Swedish = 29,
  Tamil = 30,
  Telugu = 31,
  Tagalog = 32,
  Turkish = 33,
  NoTranslation = 400,
  DefaultManualInput = 401,
}

export const enum SuspensionViewType {
  Minimized = 'minimized',
  Speaker = 'speaker',
  Ribbon = 'ribbon',
  Gallery = 'gallery',
  Active = 'active',
}

export const enum BreakoutRoomStatus {
  NotStarted = 1,
  InProgress = 2,
  Closing = 3,
  Closed = 4,
}

export const enum BreakoutRoomAttendeeStatus {
  Initial = 'initial',
  Invited = 'invited',
  Joining = 'joining',
  InRoom = 'in room',
  Leaving = 'leaving',
  MainSession = 'main session',
}

export type ErrorTypes = 'INVALID_OPERATION' | 'INTERNAL_ERROR' | 'OPERATION_TIMEOUT' | 'INSUFFICIENT_PRIVILEGES' | 'IMPROPER_MEETING_STATE' | 'INVALID_PARAMETERS' | 'OPERATION_LOCKED';

export interface MediaCompatiblity {
  /** VoIP usable; false still allows phone audio */
  audio: boolean;
  /** video usable */
  video: boolean;
  /** sharing usable */
  screen: boolean;
}

export type ExecutedResult = Promise<string>;

export interface PTZCameraCapability {
  /** can pan */
  pan: boolean;
  /** can tilt */
  tilt: boolean;
  /** can zoom */
  zoom: boolean;
}

export type LocalCameraControlCmd = Exclude<CameraControlCmd, CameraControlCmd.SwitchCamera>;

export interface CameraControlOption {
  /** command without SwitchCamera */
  cmd: LocalCameraControlCmd;
  /** amount, whole scale is 100 */
  range: number;
  /** return to start */
  reset?: boolean;
}

export interface FarEndCameraControlOption {
  /** command */
  cmd: CameraControlCmd;
  /** controlled user */
  userId: number;
  /** amount */
  range?: number;
}

export interface ChatMessage {
  /** key for later edits or deletion */
  id?: string;
  /** text */
  message: string;
  /** author */
  sender: {name: string; userId: number; avatar?: string};
  /** addressee */
  receiver: {name: string; userId: number};
  /** time */
  timestamp: number;
}

export interface RecordingInfo {
  /** custom notice */
  recordingDisclaimer: Record<string, any>;
  /** custom notice for whoever starts recording */
  recordingDisclaimerForRecorder: Record<string, any>;
  /** reminder enabled */
  isUserEnableRecordingReminder: boolean;
}

export type RecordingStatusValue = 'Recording' | 'Paused' | 'Stopped';

export type MediaCaptureStatusValue = 0 | 1 | 2;

export type MediaCapturePermissionValue = 0 | 1 | 2;

export type MediaCaptureOperationValue = 'grant' | 'request' | 'revoke';

export interface MeetingInfo {
  /** number */
  meetingNumber: number;
  /** passcode */
  password: string;
  /** phone passcode */
  telPwd: string;
  /** title */
  meetingTopic: string;
  /** SDK language */
  lang: string;
  /** UUID */
  meetingId: string;
  /** web domain */
  webEndpoint: string;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  userName: string;
  /**
   * dead since 6.0.0: 0
   * @deprecated True
   */
  userId: number;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  userEmail: string;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  inviteEmail: string;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  customerKey: string;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  encryptionType: 'None' | 'AES ECB' | 'AES GCM';
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  region: string;
  /**
   * dead since 6.0.0: ''
   * @deprecated True
   */
  network: string;
  /** currently joined */
  isInMeeting: boolean;
  /**
   * dead since 6.0.0: 0
   * @deprecated True
   */
  participantId: number;
  /**
   * dead since 6.0.0: undefined
   * @deprecated True
   */
  recordingInfo: RecordingInfo | undefined;
}

export interface CustomButton {
  /** label */
  text: string;
  /** handler */
  onClick: (...args: any[]) => any;
  /** CSS class */
  className?: string;
}

export interface CustomSize {
  width: number;
  height: number;
}

export interface VbImageInfoType {
  /** unique key */
  id: string;
  /** file name */
  fileName: string;
  /** label */
  displayName: string;
  /** image address */
  url: string;
}

export interface ParticipantPropertiesPayload {
  /** ID */
  userId: number;
  /** picture */
  avatar?: string;
  /** may edit captions */
  bCCEditor?: boolean;
  /** outside the account */
  isGuest?: boolean;
  /** held */
  bHold?: boolean;
  /** hand up */
  bRaiseHand?: boolean;
  /** room ID */
  bid?: number;
  /** label */
  displayName?: string;
  /** client kind */
  os?: number;
  /** role code */
  userRole?: number;
  /** host */
  isHost?: boolean;
  /** co-host (declared mandatory) */
  bCoHost: boolean;
  /** 9 client, 5 phone, 15 H.323 */
  userType?: number;
  /** internal ID */
  zoomID?: string;
  /** audio state */
  audio?: string;
  /** internal */
  caps?: number;
  /** microphone off */
  muted?: boolean;
  /** camera on */
  bVideoOn?: boolean;
  /** nonverbal feedback code */
  feedback?: number;
  /** sharing */
  sharerOn?: boolean;
  /** share paused */
  sharerPause?: boolean;
  /** records locally */
  bLocalRecord?: boolean;
  /** why somebody appeared */
  source?: 'on hold' | 'failover';
  /** why somebody vanished */
  reason?: 'on hold' | 'failover';
  /** 0 off, 1 connecting, 2 connected, 3 failed */
  audioConnectionStatus?: number;
  /** bot */
  isBotUser?: boolean;
  /** bot brand */
  botBrandName?: string;
  /** who authorised the bot */
  botAuthorizerName?: string;
}

export type SuspensionViewValue = 'minimized' | 'speaker' | 'ribbon' | 'gallery' | 'active';

export interface ActiveSpeaker {
  /** ID */
  userId: number;
  /** label */
  displayName?: string;
}

export type MeetingInfoType = 'topic' | 'host' | 'mn' | 'pwd' | 'telPwd' | 'invite' | 'participant' | 'dc' | 'enctype';

export type PopperPlacementType = 'bottom-end' | 'bottom-start' | 'bottom' | 'left-end' | 'left-start' | 'left' | 'right-end' | 'right-start' | 'right' | 'top-end' | 'top-start' | 'top';

export interface PositionStyle {
  top?: string | number;
  left?: string | number;
  right?: string | number;
  bottom?: string | number;
}

export interface PopperStyle {
  /** pins the panel in place */
  disableDraggable?: boolean;
  /** anchor mode */
  anchorReference?: 'anchorEl' | 'anchorPosition';
  /** anchor node */
  anchorElement?: HTMLElement | null;
  /** anchor coordinates */
  anchorPosition?: PositionStyle;
  /** Popper modifiers */
  modifiers?: object;
  /** side */
  placement?: PopperPlacementType;
}

export type VideoPopperStyle = Omit<PopperStyle, 'anchorElement' | 'modifiers' | 'placement' | 'anchorReference'>;

export type LanguageOptionType = 'en-US' | 'de-DE' | 'es-ES' | 'fr-FR' | 'jp-JP' | 'pt-PT' | 'ru-RU' | 'zh-CN' | 'zh-TW' | 'ko-KO' | 'vi-VN' | 'it-IT' | 'pl-PL' | 'tr-TR' | 'id-ID' | 'nl-NL' | 'sv-SE';

export interface VideoOptions {
  /** placement */
  popper?: VideoPopperStyle;
  /** default true */
  isResizable?: boolean;
  /** dimensions */
  viewSizes?: {ribbon?: CustomSize; default?: CustomSize};
  /** init only */
  defaultViewType?: SuspensionViewType | SuspensionViewValue;
}

export interface BoRoomAttendee {
  /** ID */
  userId: number;
  /** label */
  displayName: string;
  /** picture */
  avatar: string;
  /** inside right now */
  isInRoom: boolean;
  /** undocumented */
  userGuid: string;
}

export interface Room {
  /** key */
  roomId: string;
  /** label */
  name: string;
  /** members */
  attendeeList: Array<BoRoomAttendee>;
}

export interface RoomOption {
  /** default false; enter automatically upon assignment */
  isAutoJoinRoom?: boolean;
  /** default true; members may return */
  isBackToMainSessionEnabled?: boolean;
  /** default false; countdown on */
  isTimerEnabled?: boolean;
  /** default 1800; length */
  timerDuration?: number;
  /** default false; automatic return at time-up */
  isTimerAutoEnabled?: boolean;
  /** default 60; grace before closing */
  waitSeconds?: number;
}

export interface FileInfo {
  /** file name */
  name: string;
  /** file kind */
  type: string;
}

export interface ChatRecord {
  /** one text or several */
  message?: string | string[];
  /** key */
  id?: string;
  /** attached file */
  file?: FileInfo;
  /** author */
  sender: {name: string; userId: number};
  /** addressee */
  receiver: {name: string; userId: number};
  /** time */
  timestamp: number;
}

/** Where panels are put and how they look; every branch is optional. */
export interface Customize {
  toolbar?: { buttons?: CustomButton[] };
  meetingInfo?: MeetingInfoType[];
  inviteUrlFormat?: string;
  participants?: { popper?: PopperStyle };
  setting?: { popper?: PopperStyle };
  invite?: { popper?: PopperStyle };
  callMe?: { popper?: PopperStyle };
  chat?: { notificationCls?: PositionStyle; popper?: PopperStyle };
  meeting?: { popper?: PopperStyle };
  activeApps?: { popper?: PopperStyle };
  video?: VideoOptions;
  sharing?: { options?: { hideShareAudioOption?: boolean } };
}

/** Options of `init`. */
export interface InitOptions {
  /**
   * Prints diagnostics.
   * Default: false.
   */
  debug?: boolean;
  /** Mandatory container element (may be undefined by type). */
  zoomAppRoot: HTMLElement | undefined;
  /**
   * Media file base address.
   * Default: 'https://source.zoom.us/{version}/lib/av'.
   */
  assetPath?: string;
  /**
   * Web domain.
   * Default: 'zoom.us'.
   */
  webEndpoint?: string;
  /** Interface language; `jp-JP` and `ko-KO` are old names of `ja-JP` and `ko-KR`. */
  language?: LanguageOptionType | 'ja-JP' | 'ko-KR' | (string & {});
  /** Interface tuning. */
  customize?: Customize;
  /** Tiles per gallery page, 25 at most. */
  maximumVideosInGalleryView?: number;
  /** Permits backgrounds without SharedArrayBuffer on Chromium; CPU-hungry. */
  enforceVirtualBackground?: boolean;
  /**
   * Auto-applies media-library hotfixes inside the same SDK version.
   * Default: false.
   */
  patchJsMedia?: boolean;
  /**
   * Leaves at once on reload or close; room assignment lost.
   * Default: false.
   */
  leaveOnPageUnload?: boolean;
  /** Whether `reason` of a failure is the reference's name (default) or the sentence; the server may set it per app. */
  reasonStyle?: 'name' | 'sentence';
  /**
   * Not in the contract. Whether the view asks for the passcode again in place (3004) and shows that
   * the meeting has not started (3008); `join` rejects in any case.
   * Default: true.
   */
  isShowJoiningErrorDialog?: boolean;
  /**
   * Not in the contract. Whether a card that shows why the meeting is over stays in the element; else the
   * element is empty after `Closed`.
   * Default: false.
   */
  keepEndedPage?: boolean;
}

/** Options of `join`. */
export interface JoinOptions {
  /**
   * Legacy key; signature suffices.
   * @deprecated since 4.0.0
   */
  sdkKey?: string;
  /** JWT; since 5.0.0 must hold appKey (SDK key or client ID). */
  signature: string;
  /** Meeting number; string only. */
  meetingNumber: string;
  /** Passcode, lowercase w. */
  password?: string;
  /** Display name. */
  userName: string;
  /** Email address. */
  userEmail?: string;
  /** Caller-chosen identifier. */
  customerKey?: string;
  /** Registrant token for webinars with registration. */
  tk?: string;
  /** Host access token. */
  zak?: string;
  /** App-privilege token; excludes zak. */
  obfToken?: string;
  /** Grants local recording. */
  recordingToken?: string;
  /** Extra handler upon success. */
  success?: (...args: any[]) => any;
  /** Extra handler upon failure. */
  error?: (...args: any[]) => any;
}
