import type { UnsupportedReason } from '../core/unsupported';

/** Methods of the contract that this SDK does not have, and why; each rejects with INVALID_OPERATION. */
export const unsupportedMethods = {
  record: 'recording',
  assignUserToRoom: 'breakout',
  broadcast: 'breakout',
  closeAllBreakoutRooms: 'breakout',
  joinBreakoutRoom: 'breakout',
  leaveBreakoutRoom: 'breakout',
  moveUserToBreakoutRoom: 'breakout',
  openBreakoutRooms: 'breakout',
  requestFarEndCameraControl: 'farEnd',
  approveFarEndCameraControl: 'farEnd',
  declineFarEndCameraControl: 'farEnd',
  giveUpFarEndCameraControl: 'farEnd',
  controlFarEndCamera: 'farEnd',
  controlCamera: 'farEnd',
} as const satisfies Record<string, UnsupportedReason>;

export type UnsupportedMethod = keyof typeof unsupportedMethods;

/** Synchronous getters of the same features; they return empty values. */
export const emptyGetters = {
  getCurrentBreakoutRoom: 'breakout',
  getBreakoutRoomList: 'breakout',
  getBreakoutRoomOptions: 'breakout',
  getBreakoutRoomStatus: 'breakout',
  getUserStatus: 'breakout',
  getFarEndCameraPTZCapability: 'farEnd',
  getCameraPTZCapability: 'farEnd',
  isBrowserSupportPTZ: 'farEnd',
} as const satisfies Record<string, UnsupportedReason>;

/** Events that this SDK never emits, and why. */
export const unsupportedEvents = {
  'caption-message': 'captions',
  'recording-change': 'recording',
  'room-state-change': 'breakout',
  'main-session-user-updated': 'breakout',
  'broadcast-message': 'breakout',
  'far-end-camera-request-control': 'farEnd',
  'far-end-camera-response-control': 'farEnd',
  'far-end-camera-in-control-change': 'farEnd',
  'far-end-camera-capability-change': 'farEnd',
} as const satisfies Record<string, UnsupportedReason>;
