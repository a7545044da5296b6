import type { MeetingState, SessionRules } from './model';

/** The default rules of a meeting. */
export const defaultRules: SessionRules = {
  chatAllowed: 'everyone',
  unmuteAllowed: true,
  renameAllowed: true,
  shareAllowed: 'everyone',
  severalSharers: false,
  focusMode: false,
};

/** The initial state. */
export const initialState: MeetingState = {
  phase: 'idle',
  self: null,
  session: null,
  participants: [],
  chat: [],
  unreadChat: 0,
  activeSpeakers: [],
  microphone: 'off',
  camera: 'off',
  share: 'off',
  canPlaySound: true,
  devices: { microphones: [], cameras: [], speakers: [], microphone: '', camera: '', speaker: '' },
  deviceSwitches: { microphone: true, camera: true },
  displayName: '',
  notices: [],
  failure: null,
  takenOver: false,
  confirmingLeave: false,
  reconnectingSince: null,
  awaitedMeeting: null,
  unmuteRequestedBy: null,
  pins: [],
  multiPin: false,
  reactions: [],
  mirrored: true,
  cameraFacesAway: false,
  incomingAudioStopped: false,
  quality: {},
  waitingRoomText: null,
  background: { supported: null, offered: true, id: '', images: [], locked: false, busy: false },
  captureRequests: [],
  pictureInPicture: false,
};

/** The state before and after a meeting: settings of the app and the user stay. */
export function resetState(before: MeetingState): MeetingState {
  const { devices, deviceSwitches, waitingRoomText, mirrored, multiPin, background } = before;
  return { ...initialState, devices, deviceSwitches, waitingRoomText, mirrored, multiPin, background: { ...background, busy: false } };
}
