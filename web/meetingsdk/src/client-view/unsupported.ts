import type { UnsupportedReason } from '../core/unsupported';

/** Functions of the contract that this SDK does not have, and why; each refuses with code 1. */
export const unsupportedFunctions = {
  setCustomizedPollingUrl: 'polls',
  callOut: 'telephony',
  inviteByPhone: 'telephony',
  inviteCRCDevice: 'telephony',
  cancelInviteCRCDevice: 'telephony',
  record: 'recording',
  shareSource: 'electron',
  getBreakoutRooms: 'breakout',
  askForHelp: 'breakout',
  postponeHelping: 'breakout',
  createBreakoutRoom: 'breakout',
  openBreakoutRooms: 'breakout',
  closeBreakoutRooms: 'breakout',
  broadcast: 'breakout',
  assignUserToBreakoutRoom: 'breakout',
  moveUserToBreakoutRoom: 'breakout',
  joinBreakoutRoom: 'breakout',
  leaveBreakoutRoom: 'breakout',
  getCurrentBreakoutRoom: 'breakout',
  getBreakoutRoomOptions: 'breakout',
  getBreakoutRoomStatus: 'breakout',
  getUserStatus: 'breakout',
  getUnassignedAttendeeList: 'breakout',
  getChildTokens: 'nodes',
  setActiveSpeaker: 'nodes',
} as const satisfies Record<string, UnsupportedReason>;

export type UnsupportedFunction = keyof typeof unsupportedFunctions;

/** Functions without callbacks that have nothing to show or hide; they log one warning. */
export const ignoredFunctions = { showCalloutFunction: 'telephony', showRecordFunction: 'recording' } as const satisfies Record<string, UnsupportedReason>;

/** Events that this SDK never emits, and why. */
export const unsupportedEvents = {
  onReceiveTranscriptionMsg: 'captions',
  onReceiveTranslateMsg: 'captions',
  onRoomStatusChange: 'breakout',
  onRecordingChange: 'recording',
  onFeedBackData: 'feedback',
} as const satisfies Record<string, UnsupportedReason>;
