/* The public types. Names, options and defaults are those of the contract; comments note where this SDK behaves differently. */

import type { Participant } from './common.js';

export type { JoinErrorFields, Participant } from './common.js';

import type {
  BreakoutRoomAllocationPattern, Callbacks, CallOutOption, ClientFunction, DesktopCapturerSource, InitOptions, InMeetingEvent,
  InvitePhoneOption, JoinOptions, RoomOption, SupportFeatures, VbImageInfoType,
} from './client-options.js';

export * from './client-options.js';

/** `ZoomMtg.i18n`. */
export interface ZoomMtgLang {
  /** Switches to a language, or loads a dictionary (an object, or the address of one) under a name. */
  load(language: string): Promise<any>;
  load(dictionary: string | object, language: string): Promise<any>;
  /** Called once the language is there, or after 3 s. */
  onLoad(callback: (result: 'success' | 'timeout') => any): void;
  /** @deprecated since 3.0.0 */
  reload(language: string): void;
  getAll(language?: string): Record<string, string>;
  /** Translates a key; an unknown one is echoed. */
  get(key: string): string;
  getCurrentLang(): string;
  getSupportLanguage(): string[];
  /** @deprecated since 3.0.0 */
  setSupportLanguage(languages: string[]): void;
}

/** Client View: the whole page. */
export interface ZoomMtgObject {
  i18n: ZoomMtgLang;
  /**
   * Gone client-side signer; sign on your own server.
   * @deprecated removed since 3.12.0
   */
  generateSDKSignature(options?: any): string;
  /** Points the loader at another base address and media folder. */
  setZoomJSLib(path?: string, dir?: string): void;
  /** Fetches media WebAssembly early so that joining later is quicker. */
  preLoadWasm(): void;
  /** Injects the requirements script; optionally registers Chrome origin-trial tokens. */
  prepareWebSDK(origintrials?: string[], webim?: string, jsmedia?: string): void;
  /** Configures the SDK; mandatory predecessor of every join. */
  init: ClientFunction<InitOptions>;
  /** Enters, or as host starts, a meeting or webinar. */
  join: ClientFunction<JoinOptions, null>;
  /** Enters a meeting as a participant: the signature's role is 0, and tokens that make one more than that are left out. */
  joinTest: ClientFunction<JoinOptions, null>;
  /** Toggles visibility of the invitation control. */
  showInviteFunction(options: { show: boolean }): void;
  /** Toggles visibility of the phone-invite control. */
  showCalloutFunction(options: { show: boolean }): void;
  /** Toggles visibility of the title bar. */
  showMeetingHeader(options: { show: boolean }): void;
  /** Toggles visibility of the recording control. */
  showRecordFunction(options: { show: boolean }): void;
  /** Toggles visibility of the audio-join control. */
  showJoinAudioFunction(options: { show: boolean }): void;
  /**
   * Substitutes poll creation and editing pages or handlers.
   * Not supported, refuses with code 1: there are no polls and no questions and answers.
   */
  setCustomizedPollingUrl: ClientFunction<{ create?: string | ((...args: any[]) => any); edit?: string | ((...args: any[]) => any) }>;
  /** Overrides the waiting-room heading and text. */
  setCustomizeWaitingRoom: ClientFunction<{ title: string; desc?: string }>;
  /** true drops the frame drawn around shared content. */
  showPureSharingContent(options: { show: boolean }): void;
  /** Delivers the roster. */
  getAttendeeslist: ClientFunction<{}, { attendeesList: Participant[] }>;
  /**
   * Delivers rooms together with their members.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getBreakoutRooms: ClientFunction<{}>;
  /** Delivers own participant record. */
  getCurrentUser: ClientFunction<{}, { currentUser: Participant }>;
  /** Tests whether oneself is a bot. */
  isBotUser: ClientFunction<{}, boolean>;
  /** Reads the app name behind the bot. */
  getBotAppName: ClientFunction<{}, string | null>;
  /** Finds who authorised a given bot. */
  getBotAuthorizedUserInfoByUserId: ClientFunction<{ userId: number }, Participant | null>;
  /** Lists bots that a user authorised. */
  getAuthorizedBotListByUserId: ClientFunction<{ userId?: number }, Participant[]>;
  /** Adjusts console verbosity. */
  setLogLevel(level?: 'info' | 'error' | 'silent'): void;
  /** Delivers details about the meeting in progress. */
  getCurrentMeetingInfo: ClientFunction<{}>;
  /**
   * Dials a phone so that oneself can join by it.
   * Not supported, refuses with code 1: there is no telephony, and room systems are not called.
   */
  callOut: ClientFunction<{ userName: string; phoneNumber: string; options?: CallOutOption }>;
  /**
   * Dials somebody into the meeting.
   * Not supported, refuses with code 1: there is no telephony, and room systems are not called.
   */
  inviteByPhone: ClientFunction<{ phoneNumber: string; userName: string; options?: InvitePhoneOption }>;
  /**
   * Calls a room system by IP.
   * Not supported, refuses with code 1: there is no telephony, and room systems are not called.
   */
  inviteCRCDevice: ClientFunction<{ ip: string; type: number }>;
  /**
   * Aborts a pending room-system call.
   * Not supported, refuses with code 1: there is no telephony, and room systems are not called.
   */
  cancelInviteCRCDevice: ClientFunction<{}>;
  /** Sets one participant's microphone state. */
  mute: ClientFunction<{ userId: number; mute: boolean }>;
  /** Sets microphone state for all attendees together. */
  muteAll: ClientFunction<{ muteAll: boolean }>;
  /** Changes a display name; ID and old name must both match. */
  rename: ClientFunction<{ userId: number; oldName: string; newName: string }>;
  /** Throws a participant out. */
  expel: ClientFunction<{ userId: number }>;
  /**
   * Turns cloud recording on or off.
   * Not supported, refuses with code 1: meetings are not recorded or streamed by the server.
   */
  record: ClientFunction<{ record: boolean }>;
  /** Reads whether focus mode is active. */
  getFocusModeStatus: ClientFunction<{}, { status: boolean }>;
  /** Switches focus mode on or off. */
  focusMode: ClientFunction<{ enable: boolean }>;
  /** Bars newcomers, or reopens entry. */
  lockMeeting: ClientFunction<{ lockMeeting: boolean }>;
  /** Takes the current user out. Where a host goes, the meeting goes on: with the co-host who is longest inside, else without a host; `endMeeting` ends it. */
  leaveMeeting: ClientFunction<{ confirm?: boolean; cancelCallback?: (...args: any[]) => any }>;
  /** Closes the meeting for all participants. */
  endMeeting: ClientFunction<{}>;
  /** Hands the host role over. */
  makeHost: ClientFunction<{ userId: number }>;
  /** Promotes a user to co-host. */
  makeCoHost: ClientFunction<{ userId: number }>;
  /** Demotes a co-host. */
  withdrawCoHost: ClientFunction<{ userId: number }>;
  /** Takes the host role back. */
  reclaimHost: ClientFunction<{}>;
  /** Becomes host by key; outcome arrives through onClaimStatus. */
  claimHostWithHostKey: ClientFunction<{ hostKey: string }>;
  /** Sends a user into the waiting room or admits them. */
  putOnHold: ClientFunction<{ userId: number; hold: boolean }>;
  /** Puts own hand up. */
  raiseHand: ClientFunction<{}>;
  /** Takes a hand down. */
  lowerHand: ClientFunction<{ userId?: number }>;
  /** Takes every hand down. */
  lowerAllHands: ClientFunction<{}>;
  /** Admits everybody who is waiting. */
  admitAll: ClientFunction<{}>;
  /** Begins own share; reception of other shares stops. */
  startScreenShare: ClientFunction<{ broadcastToBreakoutRoom?: boolean; hideShareAudioOption?: boolean; optimizedForSharedVideo?: boolean; sourceId?: string }>;
  /** Posts text to all, one user, or the waiting room. */
  sendChat: ClientFunction<{ userId?: number | 0 | 4; message: string }>;
  /** Swaps the post-meeting address once already joined. */
  changeRedirectUrl: ClientFunction<{ leaveUrl: string }>;
  /** Registers a handler for one event; no removal counterpart is declared. */
  inMeetingServiceListener(event: InMeetingEvent | (string & {}), callback: (payload: any) => any): void;
  /**
   * Obsolete interface redraw.
   * @deprecated since 3.0.0
   */
  reRender: ClientFunction<{ lang?: string }>;
  /** Delivers the SDK version. */
  getWebSDKVersion(options?: Callbacks): string[];
  /** Enables QoS events per medium. */
  subscribeStatisticData: ClientFunction<{ audio?: boolean; video?: boolean; share?: boolean }>;
  /** Disables QoS events per medium. */
  unSubscribeStatisticData: ClientFunction<{ audio?: boolean; video?: boolean; share?: boolean }>;
  /** Tests browser capability for virtual backgrounds. */
  isSupportVirtualBackground: ClientFunction<{}, { vb: boolean; mask: boolean; enable: boolean }>;
  /** Reads background settings. */
  getVirtualBackgroundStatus: ClientFunction<{}, { vbList: VbImageInfoType[]; lock: boolean; blur: boolean; status: boolean; vb: boolean; mask: boolean; id: any }>;
  /** Replaces the image choices; an empty list disables the feature. */
  updateVirtualBackgroundList: ClientFunction<{ vbList?: Array<VbImageInfoType> }>;
  /** Selects a listed image; cannot be cleared afterwards, only changed. */
  setVirtualBackground: ClientFunction<{ id?: string }>;
  /** Fixes or frees the selected background image. */
  lockVirtualBackground: ClientFunction<{ isLock: boolean }>;
  /**
   * Registers the provider of capturable Electron sources for the share picker.
   * Not supported, refuses with code 1: screens are picked by the browser, not by Electron.
   */
  shareSource: ClientFunction<{ getVideoSourcesCallBack: () => Promise<DesktopCapturerSource[]> }>;
  /** Synchronously reports what this platform can and cannot do. */
  checkFeatureRequirements(): SupportFeatures;
  /** Cuts received audio when stop is true. */
  stopIncomingAudio: ClientFunction<{ stop: boolean }>;
  /** Asks to capture media; answer through onMediaCapturePermissionChange. */
  mediaCapturePermission: ClientFunction<{ operate: string }>;
  /** Drives media capture; progress through onMediaCaptureStatusChange. */
  mediaCapture: ClientFunction<{ record: string }>;
  /**
   * Requests host assistance inside a room; host may refuse or delay.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  askForHelp: ClientFunction<{}>;
  /**
   * Defers a pending help request.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  postponeHelping: ClientFunction<{ userId: number }>;
  /**
   * Creates rooms by count, by name, or from names.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  createBreakoutRoom: ClientFunction<{ data: number | string | string[]; pattern?: BreakoutRoomAllocationPattern }>;
  /**
   * Starts the previously created rooms.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  openBreakoutRooms: ClientFunction<{ options?: RoomOption }>;
  /**
   * Shuts the rooms.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  closeBreakoutRooms: ClientFunction<{}>;
  /**
   * Announces text to main session and every room.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  broadcast: ClientFunction<{ content: string }>;
  /**
   * Places an as yet unplaced participant.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  assignUserToBreakoutRoom: ClientFunction<{ userId: number; targetRoomId: string }>;
  /**
   * Relocates somebody already inside a room.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  moveUserToBreakoutRoom: ClientFunction<{ userId: number; targetRoomId: string }>;
  /**
   * Enters a room.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  joinBreakoutRoom: ClientFunction<{ roomId: string }>;
  /**
   * Goes back to the main session, when permitted.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  leaveBreakoutRoom: ClientFunction<{}>;
  /**
   * Reads own room and own attendee state.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getCurrentBreakoutRoom: ClientFunction<{}>;
  /**
   * Reads room settings.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getBreakoutRoomOptions: ClientFunction<{}>;
  /**
   * Reads overall room phase.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getBreakoutRoomStatus: ClientFunction<{}>;
  /**
   * Reads own attendee state with regard to rooms.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getUserStatus: ClientFunction<{}>;
  /**
   * Delivers attendees lacking a room.
   * Not supported, refuses with code 1: there are no breakout rooms.
   */
  getUnassignedAttendeeList: ClientFunction<{}>;
  /** Adds, swaps or drops a pin on one user. */
  operatePin: ClientFunction<{ operate: 'add' | 'replace' | 'remove'; userId: number }>;
  /** Reads which user IDs are pinned. */
  getPinList: ClientFunction<{}, number[]>;
  /** Turns on pinning of several users; takes one ID, no callbacks. */
  allowMultiPin(options?: { userId?: number }): void;
  /** Adds, swaps or drops a spotlight on one user. */
  operateSpotlight: ClientFunction<{ operate: 'add' | 'replace' | 'remove'; userId: number }>;
  /** Reads which user IDs are spotlighted. */
  getSpotlightList: ClientFunction<{}, number[]>;
  /**
   * Issues join tokens for child nodes, 20 at most.
   * Not supported, refuses with code 1: there are no parent and child nodes: each page joins by itself.
   */
  getChildTokens: ClientFunction<{ count: number }>;
  /**
   * Nominates the active speaker; child nodes must have left audio.
   * Not supported, refuses with code 1: there are no parent and child nodes: each page joins by itself.
   */
  setActiveSpeaker: ClientFunction<{ userId: number }>;
  /** Flips the own picture as one sees it oneself. */
  mirrorVideo: ClientFunction<{ mirrored: boolean }>;
  /** What this browser can do. */
  checkSystemRequirements(): any;
  /** @deprecated the old name of prepareWebSDK */
  prepareJssdk(): void;
  /** @deprecated the old name of getWebSDKVersion */
  getJSSDKVersion(options?: Callbacks): string[];
}

export const ZoomMtg: ZoomMtgObject;
