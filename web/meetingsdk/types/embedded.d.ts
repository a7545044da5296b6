/* The public types. Names, options and defaults are those of the contract; comments note where this SDK behaves differently. */

import type { JoinErrorFields, Participant } from './common.js';
import type {
  ActiveSpeaker, BreakoutRoomAttendeeStatus, BreakoutRoomStatus, CameraControlOption, ChatMessage, ErrorTypes,
  ExecutedResult, FarEndCameraControlDeclinedReason, FarEndCameraControlOption, InitOptions, JoinOptions, LanguageOptionType,
  LiveTranscriptionLanguageCode, LiveTranscriptionMessageSource, MediaCaptureOperationValue, MediaCapturePermission, MediaCapturePermissionValue, MediaCaptureStatus,
  MediaCaptureStatusValue, MediaCompatiblity, MeetingInfo, ParticipantPropertiesPayload, PTZCameraCapability, RecordingStatus,
  RecordingStatusValue, Room, RoomOption, SuspensionViewValue, VbImageInfoType, VideoOptions,
} from './embedded-options.js';

export type { JoinErrorFields, Participant } from './common.js';
export * from './embedded-options.js';

/** What a refused function rejects with: an Error whose own fields are these. */
export interface ExecutedFailure extends Error {
  type: ErrorTypes;
  /** A sentence, or `closed`, `on hold`, `reconnecting` for IMPROPER_MEETING_STATE. */
  reason: string;
  /** 1; 6015 where a microphone is to be muted or unmuted and audio is not joined. */
  errorCode: number;
}

/** What a failed `join` rejects with: an Error whose own enumerable fields are these. */
export interface JoinFailure extends Omit<Error, 'cause' | 'name'>, JoinErrorFields {
  type: 'JOIN_MEETING_FAILED';
  /** The reference's name; the sentence with `reasonStyle: 'sentence'`. */
  reason: string;
  /** 3008 only. */
  result?: { topic: string; scheduleTime: string | null };
}

/** The payload of `connection-change`. */
export interface ConnectionChange extends Partial<JoinErrorFields> {
  state: 'Connecting' | 'Connected' | 'Reconnecting' | 'Closed' | 'Fail';
  reason?: string;
  errorCode?: number;
  message?: string;
}

/** Payloads of the events. */
export interface EmbeddedEvents {
  /** Connection phase changed. */
  'connection-change': ConnectionChange;
  /** Audio metrics. */
  'audio-statistic-data-change': {data: {avg_loss: number; encoding: boolean; jitter: number; max_loss: number; rtt: number; sample_rate: number}; type: string};
  /** Video metrics; type is 'VIDEO_QOS_DATA'; encoding true = sent. */
  'video-statistic-data-change': {data: {avg_loss: number; encoding: boolean; jitter: number; max_loss: number; rtt: number; sample_rate: number; width: number; height: number; fps: number}; type: string};
  /** Share metrics; type is 'VIDEOSHARE_QOS_DATA'; encoding true = sent. */
  'share-statistic-data-change': {data: {encoding: boolean; avg_loss: number; fps: number; height: number; jitter: number; max_loss: number; rtt: number; width: number}; type: string};
  /** Caption piece; done marks a finished sentence. */
  'caption-message': {msgId: string; userId: number; displayName: string; avatar?: string; text: string; source: LiveTranscriptionMessageSource; language: LiveTranscriptionLanguageCode; timestamp: number; done?: boolean};
  /** Cloud recording state (bare string, not an object). */
  'recording-change': RecordingStatus | RecordingStatusValue;
  /** A user's local recording toggled. */
  'local-recording-change': {userId: number; bLocalRecord: boolean};
  /** Somebody came in. An array, unlike what the contract declares. */
  'user-added': ParticipantPropertiesPayload[];
  /** Somebody went. An array, unlike what the contract declares. */
  'user-removed': ParticipantPropertiesPayload[];
  /** Properties changed. An array, unlike what the contract declares. */
  'user-updated': (Partial<ParticipantPropertiesPayload> & { userId: number })[];
  /** Another user's share changed; action values unpublished. */
  'peer-share-state-change': {userId: number; action: string};
  /** Current talkers. */
  'active-speaker': Array<ActiveSpeaker>;
  /** Room phase changed. */
  'room-state-change': {status: BreakoutRoomStatus};
  /** Main-session membership changed; keys unpublished. */
  'main-session-user-updated': Record<string, any>;
  /** Announcement from the host. */
  'broadcast-message': {message: string};
  /** level 0-1 poor, 2 normal, 3-5 good; type 'uplink' or 'downlink'; needs that user's video. */
  'network-quality-change': {level: number; type: string; userId: number};
  /** A user's media capture toggled. */
  'media-capture-status-change': {userId: number; bLocalRecord: boolean};
  /** Chat arrived. */
  'chat-on-message': ChatMessage;
  /** Capture rights changed; type and value strings unpublished. */
  'media-capture-permission-change': {type: string; value: string; canRecord?: boolean};
  /** Join milestone reached; note keys differ from Client View. */
  'join-speed': {eventType: string; tagId: number; desc: string; time: number; timeStr: string};
  /** Somebody wants to steer own camera. */
  'far-end-camera-request-control': {userId: number; displayName: string; currentControllingUserId?: number; currentControllingDisplayName?: string};
  /** Answer to own steering request. */
  'far-end-camera-response-control': {isApproved: boolean; userId: number; displayName: string; reason?: FarEndCameraControlDeclinedReason};
  /** Own camera's controller changed. */
  'far-end-camera-in-control-change': {isControlled: boolean; userId?: number};
  /** A steered camera's PTZ abilities changed. */
  'far-end-camera-capability-change': {userId: number; ptz: PTZCameraCapability};
  /** Bot and authoriser pairs changed; Client View documents the shape. */
  'bot-relation-update': any;
}

/** A client of Component View. Functions reject with ExecutedFailure, `join` with JoinFailure. */
export interface EmbeddedClient {
  /** Sets the client up and mounts it in the container. */
  init(args: InitOptions): ExecutedResult;
  /** Enters a meeting and renders. */
  join(args: JoinOptions): ExecutedResult;
  /** Reads own record, or null. */
  getCurrentUser(): Participant | null;
  /** Reads details of the present meeting, synchronously. */
  getCurrentMeetingInfo(): MeetingInfo;
  /** Reads the participant array. */
  getAttendeeslist(): Participant[];
  /** Disconnects own audio, provided audio was on in media constraints; >=2.1.1. */
  stopAudio(): ExecutedResult;
  /** Sets microphone state, own when no ID given. */
  mute(mute: boolean, userId?: number): ExecutedResult;
  /** Sets microphone state for all. */
  muteAll(muteAll: boolean): ExecutedResult;
  /** Changes a display name (name first, then ID). */
  rename(newName: string, userId: number): ExecutedResult;
  /** Admits one held user. */
  admit(userId: number): ExecutedResult;
  /** Admits every held user. */
  admitAll(): ExecutedResult;
  /** Throws a user out. */
  expel(userId: number): ExecutedResult;
  /**
   * Drives cloud recording.
   * Not supported, rejects with INVALID_OPERATION: meetings are not recorded or streamed by the server.
   */
  record(record: 'start' | 'pause' | 'stop'): ExecutedResult;
  /** Drives media capture. */
  mediaCapture(record: MediaCaptureStatus | MediaCaptureStatusValue): ExecutedResult;
  /** Negotiates capture rights; unanswered requests are refused after 10 s. */
  mediaCapturePermission(operation: MediaCaptureOperationValue, userId?: number, mediaCapturePermission?: MediaCapturePermission | MediaCapturePermissionValue): ExecutedResult;
  /** Bars newcomers, or reopens entry. */
  lockMeeting(lockMeeting: boolean): ExecutedResult;
  /** Exits; an exiting host may name the successor. */
  leaveMeeting(userId?: number): ExecutedResult;
  /** Closes the meeting for all. */
  endMeeting(): ExecutedResult;
  /** Holds a user or releases the hold. */
  putOnHold(userId: number, hold: boolean): ExecutedResult;
  /** Grants or withdraws an attendee's right to speak. */
  allowAttendeeToTalk(userId: number, isAllow: boolean): ExecutedResult;
  /** Enables QoS events per medium. */
  subscribeStatisticData(args?: {audio: boolean; video: boolean; share: boolean}): ExecutedResult;
  /** Disables QoS events per medium. */
  unSubscribeStatisticData(args?: {audio: boolean; video: boolean; share: boolean}): ExecutedResult;
  /** Posts text to one user or all; resolves to the sent message. */
  sendChat(chatMessage: string, userId?: number): Promise<ChatMessage>;
  /** Reads background settings, synchronously. */
  getVirtualBackgroundStatus(): {id: string; isVbOn: boolean; isLock: boolean; vbList: VbImageInfoType[]};
  /** Changes the layout. */
  setViewType(viewType: SuspensionViewValue): ExecutedResult;
  /** Tests device capability, synchronously. */
  isSupportVirtualBackground(): boolean;
  /** Fixes or frees the selected image. */
  lockVirtualBackground(isLock: boolean): ExecutedResult;
  /** Replaces images; refused with settings tab open or a background active. */
  updateVirtualBackgroundList(vbImageList: VbImageInfoType[]): ExecutedResult;
  /** Selects a listed image; refused while locked; removal refused once set. */
  setVirtualBackground(vbImageId: string): ExecutedResult;
  /** Tests own co-host role. */
  isCoHost(): boolean;
  /** Tests own host role. */
  isHost(): boolean;
  /** Tests whether oneself was the initial host. */
  isOriginHost(): boolean;
  /** Promotes a user to co-host. */
  makeCoHost(userId: number): ExecutedResult;
  /** Hands the host role over. */
  makeHost(userId: number): ExecutedResult;
  /** Takes the host role back when allowed. */
  reclaimHost(): ExecutedResult;
  /** Becomes host by key. */
  claimHostWithHostKey(hostKey: string): ExecutedResult;
  /** Demotes a co-host. */
  revokeCoHost(userId: number): ExecutedResult;
  /** Tests whether oneself is a bot. */
  isBotUser(): boolean | null;
  /** Reads the app name behind the bot. */
  getBotAppName(): string | null;
  /** Finds who authorised a given bot. */
  getBotAuthorizedUserInfoByUserId(userId: number): Participant | null;
  /** Lists bots a user authorised; departed ones may be null. */
  getAuthorizedBotListByUserId(userId: number): (Participant | null)[] | null;
  /** Pins a user. */
  addPin(userId: number): ExecutedResult;
  /** Unpins everybody. */
  removeAllPins(): ExecutedResult;
  /** Reads pinned user IDs. */
  getPinList(): number[];
  /** Fetches the dictionary of one language. */
  getLanguageTranslation(lng: LanguageOptionType | 'ja-JP' | 'ko-KR' | (string & {})): Promise<Record<string, string>>;
  /** Overrides dictionary entries of one language. */
  updateLanguageTranslation(lng: LanguageOptionType | 'ja-JP' | 'ko-KR' | (string & {}), userLangDict: Record<string, any>): ExecutedResult;
  /** Changes video settings and re-renders; defaultViewType has no effect here. */
  updateVideoOptions(videoOptions: VideoOptions): void;
  /**
   * Places an as yet unplaced participant.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  assignUserToRoom(userId: number, targetRoomId: string): ExecutedResult;
  /**
   * Announces text to main session and every room.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  broadcast(content: string): ExecutedResult;
  /**
   * Shuts every room.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  closeAllBreakoutRooms(): ExecutedResult;
  /** Reads own room; keys unpublished. */
  getCurrentBreakoutRoom(): Record<string, any>;
  /** Reads rooms. */
  getBreakoutRoomList(): Room[];
  /** Reads room settings. */
  getBreakoutRoomOptions(): RoomOption;
  /** Reads room phase. */
  getBreakoutRoomStatus(): BreakoutRoomStatus;
  /** Reads own attendee state with regard to rooms. */
  getUserStatus(): BreakoutRoomAttendeeStatus;
  /**
   * Enters a room.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  joinBreakoutRoom(roomId: string): ExecutedResult;
  /**
   * Goes back to the main session, when permitted.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  leaveBreakoutRoom(): ExecutedResult;
  /**
   * Relocates somebody already inside a room.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  moveUserToBreakoutRoom(userId: number, targetRoomId: string): ExecutedResult;
  /**
   * Starts the given rooms, each needing ID and name; renaming possible.
   * Not supported, rejects with INVALID_OPERATION: there are no breakout rooms.
   */
  openBreakoutRooms(rooms: Room[], options?: RoomOption): ExecutedResult;
  /**
   * Asks to steer another user's PTZ camera.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  requestFarEndCameraControl(userId: number): ExecutedResult;
  /**
   * Grants a steering request.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  approveFarEndCameraControl(userId: number): ExecutedResult;
  /**
   * Refuses a steering request.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  declineFarEndCameraControl(userId: number): ExecutedResult;
  /**
   * Releases a steered camera.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  giveUpFarEndCameraControl(userId: number): ExecutedResult;
  /**
   * Steers own camera.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  controlCamera(option: CameraControlOption): ExecutedResult;
  /**
   * Steers a remote camera.
   * Not supported, rejects with INVALID_OPERATION: cameras are not steered, neither those of others nor the own one.
   */
  controlFarEndCamera(option: FarEndCameraControlOption): ExecutedResult;
  /** Reads a remote camera's PTZ abilities. */
  getFarEndCameraPTZCapability(userId: number): PTZCameraCapability;
  /** Reads a local camera's PTZ abilities. */
  getCameraPTZCapability(cameraId?: string): PTZCameraCapability;
  /** Tests PTZ capability of the browser. */
  isBrowserSupportPTZ(): boolean;
  /** Reports browser capability before init, synchronously; >=2.1.1. */
  checkSystemRequirements(): MediaCompatiblity;
  /** Registers a handler; a name that no event has is harmless. */
  on<K extends keyof EmbeddedEvents>(event: K, callback: (payload: EmbeddedEvents[K]) => any): void;
  on(event: string, callback: (payload: any) => any): void;
  /** Takes a handler away. */
  off(event: string, callback?: (payload: any) => any): void;
}

/** A client by the contract's way of naming its type, `typeof EmbeddedClient`; not an object that is there. */
export const EmbeddedClient: EmbeddedClient;

/** Component View: a widget in an element of the page. */
export interface ZoomMtgEmbeddedObject {
  readonly VERSION: string;
  /** The client of this page; the same one until `destroyClient`. */
  createClient(): EmbeddedClient;
  /** Leaves, unmounts and forgets the client; harmless when there is none. */
  destroyClient(): void;
}

export const ZoomMtgEmbedded: ZoomMtgEmbeddedObject;
export default ZoomMtgEmbedded;
