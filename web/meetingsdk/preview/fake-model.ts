import type { Failure, MeetingActions, MeetingModel, MeetingState, Participant, Phase, Role, ViewKind } from '../src/core/model';
import { Dictionaries } from '../src/core/i18n';
import { initialState, defaultRules } from '../src/core/state';
import { enUS } from '../src/ui/i18n/en-US';
import { loadDictionary } from '../src/ui/i18n/languages';
import { applyPin } from '../src/core/pins';
import { drawPicture, drawScreen } from './pictures';

const NAMES = [
  'Amara Okafor', 'Jonas Lindqvist', 'Mei Tanaka', 'Priya Raghunathan', 'Luis Ortega', 'Sofia Rossi', 'Noah Fischer', 'Fatima El-Sayed',
  'Oliver Bennett', 'Chloé Moreau', 'Dmitri Volkov', 'Hana Kim', 'Samuel Adeyemi', 'Ingrid Solberg', 'Rafael Costa', 'Zoë van der Berg',
  'Tariq Haddad', 'Elena Popescu', 'Marcus Webb', 'Yuki Sato', 'Bartholomew Featherstonehaugh-Cholmondeley', 'Aisha Rahman', 'Petr Novák', 'Grace Liu', 'Tom',
];

interface PreviewQuery {
  tiles: number;
  state: string;
  role: string;
  /** How many are pinned, and how many are in the spotlight; from the second one on. */
  pins: number;
  spotlights: number;
  language: string;
  view: ViewKind;
}

const FAILURES: Record<string, Partial<Failure>> = {
  failure3004: {
    errorCode: 3004, name: 'WRONG_MEETING_PASSWORD', errorMessage: 'Incorrect password',
    cause: 'Meeting 815 5512 3456 asks for a passcode, and the join carried a different one.',
    remedy: 'Check the passcode in the invitation. In the Client View it is `passWord`, in the Component View `password`.',
  },
  failure3712: {
    errorCode: 3712, name: 'SIGNATURE_INVALID', errorMessage: 'Signature verification failed',
    cause: 'The signature was made with another secret than the one of app “Field Service Portal”.',
    remedy: 'Check which SDK secret your server signs with, and that no space or line break was copied with it.',
  },
  removed: { errorCode: 3009, name: 'BE_REMOVED', errorMessage: 'User was removed from meeting', joinFailed: false, attemptId: null },
  endedByHost: { errorCode: 4004, name: 'MEETING_ENDED', errorMessage: 'Meeting has ended', joinFailed: false, attemptId: null },
};

function person(i: number, query: PreviewQuery): Participant {
  const role: Role = i === 0 ? (query.role as Role) : query.role !== 'host' && i === 1 ? 'host' : i === 2 ? 'cohost' : 'attendee';
  const name = NAMES[i % NAMES.length] ?? 'Guest';
  return {
    userId: 16778240 + i * 1024, guid: `guid-${i}`, userName: i < NAMES.length ? name : `${name} ${Math.floor(i / NAMES.length) + 1}`, role, state: 'joined',
    muted: i % 3 === 1, audioOn: i % 7 !== 6, videoOn: i % 4 !== 3, sharing: false, handRaised: i === 4, guest: i % 9 === 8,
    view: query.view, mediaIdentity: `p${i}`, joinedAt: new Date(Date.UTC(2026, 4, 4, 9, 0, i)).toISOString(),
  };
}

function firstState(query: PreviewQuery): MeetingState {
  const participants = Array.from({ length: query.tiles }, (_, i) => person(i, query));
  const self = participants[0] ?? null;
  const failed = FAILURES[query.state];
  const phases: Record<string, Phase> = { removed: 'ended', endedByHost: 'ended', failure3004: 'initialised', failure3712: 'initialised', sharing: 'inMeeting', ownSharing: 'inMeeting', silent: 'inMeeting', unmute: 'inMeeting', focus: 'inMeeting', recording: 'inMeeting', asks: 'inMeeting' };
  if (query.state === 'sharing' && participants[1]) participants[1] = { ...participants[1], sharing: true };
  if (query.state === 'ownSharing' && participants[0]) participants[0] = { ...participants[0], sharing: true };
  if (query.state === 'reconnecting' && participants[2]) participants[2] = { ...participants[2], state: 'reconnecting' };
  const message = (i: number, from: number, minute: number, text: string, to: number | null = null) => {
    const of = (index: number) => ({ userId: participants[index]?.userId ?? index, name: NAMES[index] ?? '' });
    return { id: `c${i}`, text, sentAt: new Date(2026, 4, 4, 9, minute).toISOString(), sender: of(from), receiver: to === null ? null : of(to) };
  };
  const waiting = ['Kwame Mensah', 'Lena Hoffmann'].map((userName, i): Participant => ({ ...person(200 + i, query), userName, state: 'waiting', role: 'attendee' }));
  const numbers = (count: number) => participants.slice(1, 1 + count).map((other) => other.userId);
  if (query.state === 'recording' && participants[1]) participants[1] = { ...participants[1], capture: 'on' };
  if (participants[5]) participants[5] = { ...participants[5], guest: true, bot: { appName: 'Meeting Notes', authorizerKey: 'k1' } };
  if (participants[1]) participants[1] = { ...participants[1], personKey: 'k1' };
  return {
    ...initialState,
    pins: numbers(query.pins), multiPin: query.pins > 1, captureRequests: query.state === 'asks' && participants[1] ? [participants[1].userId] : [],
    phase: phases[query.state] ?? (query.state as Phase),
    self, participants: query.tiles > 2 && query.role === 'host' ? [...participants, ...waiting] : participants,
    session: {
      sessionId: 's1', meetingNumber: '81555123456', topic: 'Field service: weekly review', hostUserId: participants[0]?.userId ?? null, kind: 'meeting',
      locked: query.tiles === 25, startedAt: '2026-05-04T09:00:00Z', participants: query.tiles, ...defaultRules,
      spotlights: numbers(query.spotlights), focusMode: query.state === 'focus',
    },
    chat: [
      message(1, 1, 3, 'Good morning, everybody!'),
      message(2, 1, 3, 'The agenda is at https://example.com/agenda (please add your points).'),
      message(3, 0, 4, 'Thank you, I have added the report.'),
      message(4, 2, 11, 'Could we take the parts list first? I have to leave at ten.', 0),
      message(5, 0, 12, 'Sure.', 2),
      message(6, 3, 12, '<b>Not bold</b>, and a\nsecond line.'),
    ],
    unreadChat: 3, activeSpeakers: participants[2] ? [participants[2].userId] : [], microphone: 'on', camera: 'on', share: query.state === 'ownSharing' ? 'on' : 'off',
    canPlaySound: query.state !== 'silent',
    devices: {
      microphones: [{ deviceId: 'm1', label: 'Built-in Microphone' }, { deviceId: 'm2', label: 'Headset (USB)' }],
      cameras: [{ deviceId: 'c1', label: 'FaceCam HD' }], speakers: [{ deviceId: 's1', label: 'Built-in Speakers' }, { deviceId: 's2', label: 'Headset (USB)' }],
      microphone: 'm2', camera: 'c1', speaker: 's2',
    },
    background: { ...initialState.background, supported: true, images: ['Beach', 'Office', 'Mountains'].map((name, i) => ({ id: name, displayName: name, fileName: `${name}.svg`, url: colouredImage(i * 110) })) },
    displayName: 'Amara Okafor',
    notices: [],
    failure: failed ? { retryable: false, retryAfter: null, attemptId: 'att_01J9ZK3V7Q', docs: 'https://example.com/docs', joinFailed: true, errorCode: 1, name: 'FAIL', errorMessage: '', cause: '', remedy: '', ...failed } : null,
    reconnectingSince: query.state === 'reconnecting' ? 4 : null,
    awaitedMeeting: { topic: 'Field service: weekly review', scheduleTime: '2026-05-04T09:00:00Z' },
    unmuteRequestedBy: query.state === 'unmute' ? 'Amara Okafor' : null,
  };
}

/** The address of an image of one colour. */
function colouredImage(hue: number): string {
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 10"><rect width="16" height="10" fill="hsl(${hue} 40% 60%)"/></svg>`)}`;
}

/** A meeting without a server: commands change the state at once, videos are drawn. */
export function fakeModel(query: PreviewQuery): MeetingModel & { set: (change: Partial<MeetingState>) => void } {
  let state = firstState(query);
  const listeners = new Set<() => void>();
  const set = (change: Partial<MeetingState>) => {
    state = { ...state, ...change };
    listeners.forEach((listener) => listener());
  };
  const done = Promise.resolve();
  const patch = (userId: number, change: Partial<Participant>) => {
    const participants = state.participants.map((other) => (other.userId === userId ? { ...other, ...change } : other));
    set({ participants });
    return done;
  };
  const own = (change: Partial<Participant>) => (state.self ? patch(state.self.userId, change) : done);
  const actions: MeetingActions = {
    finishPreview: () => set({ phase: 'inMeeting' }),
    setMicrophone: (on) => (set({ microphone: on ? 'on' : 'muted' }), own({ muted: !on })),
    leaveAudio: () => (set({ microphone: 'off' }), done),
    setCamera: (on) => (set({ camera: on ? 'on' : 'off' }), own({ videoOn: on })),
    setShare: (on) => (set({ share: on ? 'on' : 'off' }), own({ sharing: on })),
    chooseDevice: (kind, deviceId) => (set({ devices: { ...state.devices, [kind]: deviceId } }), done),
    unlockSound: () => (set({ canPlaySound: true }), done),
    sendChat: (text, target) => {
      const to = state.participants.find((other) => other.userId === target);
      const from = state.self ?? { userId: 0, userName: '' };
      set({ chat: [...state.chat, { id: crypto.randomUUID(), text, sentAt: new Date().toISOString(), sender: { userId: from.userId, name: from.userName }, receiver: to ? { userId: to.userId, name: to.userName } : null }] });
      return done;
    },
    markChatRead: () => set({ unreadChat: 0 }),
    mute: (userId, muted) => patch(userId, { muted }),
    muteAll: () => Promise.reject(Object.assign(new Error('refused'), { reason: 'only hosts may do this' })),
    rename: (userId, userName) => patch(userId, { userName }),
    raiseHand: (handRaised, userId) => patch(userId ?? state.self?.userId ?? 0, { handRaised }),
    remove: (userId) => (set({ participants: state.participants.filter((other) => other.userId !== userId) }), done),
    admit: (userId) => patch(userId, { state: 'joined' }),
    admitAll: () => (set({ participants: state.participants.map((other) => ({ ...other, state: 'joined' as const })) }), done),
    hold: (userId, hold) => patch(userId, { state: hold ? 'waiting' : 'joined' }),
    setRole: (userId, role) => patch(userId, { role }),
    lock: (locked) => (state.session && set({ session: { ...state.session, locked } }), done),
    startWebinar: () => (state.session && set({ session: { ...state.session, practice: false } }), done),
    leave: () => (set({ phase: 'ended' }), done),
    stay: () => set({ confirmingLeave: false }),
    joinAgain: () => (set({ phase: 'joining', failure: null }), done),
    end: () => (set({ phase: 'ended' }), done),
    dismissNotice: (id) => set({ notices: state.notices.filter((notice) => notice.id !== id) }),
    dismissFailure: () => set({ failure: null }),
    respondToUnmuteRequest: () => (set({ unmuteRequestedBy: null }), done),
    setShareSound: () => undefined,
    deleteChat: (id) => (set({ chat: state.chat.filter((message) => message.id !== id) }), done),
    lowerAllHands: () => (set({ participants: state.participants.map((other) => ({ ...other, handRaised: false })) }), done),
    react: (reaction) => (set({ reactions: [...state.reactions, { id: Date.now(), userId: state.self?.userId ?? 0, reaction }] }), done),
    reclaimHost: () => own({ role: 'host' }),
    claimHost: () => own({ role: 'host' }),
    setRules: (rules) => (state.session && set({ session: { ...state.session, ...rules } }), done),
    spotlight: (operate, userId) => (state.session && set({ session: { ...state.session, spotlights: [...applyPin(state.session.spotlights, operate, userId, true)] } }), done),
    allowToTalk: (userId, allowedToTalk) => patch(userId, { allowedToTalk }),
    pin: (operate, userId) => set({ pins: applyPin(state.pins, operate, userId, state.multiPin) }),
    removeAllPins: () => set({ pins: [] }),
    allowMultiPin: (multiPin) => set({ multiPin }),
    setMirrored: (mirrored) => set({ mirrored }),
    stopIncomingAudio: (incomingAudioStopped) => set({ incomingAudioStopped }),
    readStatistics: () =>
      Promise.resolve([
        { medium: 'audio', encoding: true, avgLoss: 0, maxLoss: 0.4, jitter: 3, rtt: 28, sampleRate: 48000, width: 0, height: 0, fps: 0 },
        { medium: 'video', encoding: true, avgLoss: 0.2, maxLoss: 1, jitter: 5, rtt: 28, sampleRate: 90000, width: 1280, height: 720, fps: 30 },
        { medium: 'video', encoding: false, avgLoss: 1.4, maxLoss: 3, jitter: 9, rtt: 41, sampleRate: 90000, width: 640, height: 360, fps: 24 },
      ]),
    setWaitingRoomText: (waitingRoomText) => set({ waitingRoomText }),
    setBackground: (id) => (set({ background: { ...state.background, id } }), done),
    previewBackground: (stream) => Promise.resolve({ stream, stop: () => undefined }),
    permitCapture: (userId, mayCapture) => (set({ captureRequests: [] }), patch(userId, { mayCapture })),
    setCapture: (capture) => own({ capture }),
    setPictureInPicture: (userId) => (set({ pictureInPicture: userId !== null }), done),
    reportLayout: () => undefined,
    attachVideo: (userId, kind, element) => (kind === 'screen' ? drawScreen(element) : drawPicture(userId, element)),
  };
  const i18n = new Dictionaries();
  i18n.addBase('en-US', enUS);
  i18n.setSource(loadDictionary);
  i18n.setLanguage(query.language);
  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set, actions, i18n,
  };
}
