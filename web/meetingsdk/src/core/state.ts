import type { MeetingState } from './model';

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
  notices: [],
  failure: null,
  reconnectingSince: null,
  awaited: null,
  unmuteRequestedBy: null,
};
