import type { MeetingState, SessionRules } from './model';

/** What a meeting allows unless its hosts say otherwise. */
export const usualRules: SessionRules = {
  chatAllowed: 'everyone',
  unmuteAllowed: true,
  renameAllowed: true,
  shareAllowed: 'everyone',
  severalSharers: false,
  focusMode: false,
};

/** The state before anything happened. */
export const emptyState: MeetingState = {
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
  switches: { microphone: true, camera: true },
  joinsAs: '',
  notices: [],
  failure: null,
  takenOver: false,
  leaveAsked: false,
  reconnectingSince: null,
  awaited: null,
  unmuteRequestedBy: null,
  pins: [],
  multiPin: false,
  reactions: [],
  mirrored: true,
  cameraFacesAway: false,
  incomingStopped: false,
  quality: {},
  waitingRoomText: null,
  background: { supported: null, offered: true, id: '', images: [], locked: false, busy: false },
  captureRequests: [],
  pictureInPicture: false,
};

/** The state at the begin and after the end of a meeting: what the app and the person chose stays. */
export function freshState(before: MeetingState): MeetingState {
  const { devices, switches, waitingRoomText, mirrored, multiPin, background } = before;
  return { ...emptyState, devices, switches, waitingRoomText, mirrored, multiPin, background: { ...background, busy: false } };
}
