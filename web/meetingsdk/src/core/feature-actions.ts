import { CallError } from './errors';
import type { Meeting } from './meeting';
import type { MeetingActions } from './model';
import { applyPin } from './pins';

/** Sends a command of the control channel; rejects with CallError. */
export type Command = (type: string, data?: object) => Promise<void>;

type FeatureActions = Pick<
  MeetingActions,
  | 'setShareSound' | 'deleteChat' | 'lowerAllHands' | 'react' | 'reclaimHost' | 'claimHost' | 'setRules' | 'spotlight' | 'allowToTalk' | 'pin' | 'removeAllPins'
  | 'allowMultiPin' | 'setMirrored' | 'stopIncomingAudio' | 'setWaitingRoomText' | 'setBackground' | 'previewBackground' | 'permitCapture' | 'setCapture' | 'setPictureInPicture' | 'readStatistics' | 'reportLayout'
>;

/** The commands beyond joining, devices and the roster. */
export function createFeatureActions(meeting: Meeting, command: Command): FeatureActions {
  const { store } = meeting;
  return {
    setShareSound: (on) => meeting.requireConnected().media.setSharedSound(on),
    deleteChat: (id) => command('chat.delete', { id }),
    lowerAllHands: () => command('session.lower_hands'),
    react: (reaction) => command('seat.react', { reaction }),
    reclaimHost: () => command('session.reclaim_host'),
    claimHost: (hostKey) => command('session.claim_host', { hostKey }),
    setRules: (rules) => command('session.rules', rules),
    spotlight: (operate, userId) => command('session.spotlight', { operate, userId }),
    allowToTalk: (userId, allowed) => command('seat.talk', { userId, allowed }),
    pin(operate, userId) {
      meeting.requireJoined();
      const { participants, pins, multiPin } = store.get();
      const person = participants.find((p) => p.userId === userId);
      if (operate !== 'remove' && (!person || person.state === 'waiting')) {
        throw new CallError('INVALID_PARAMETERS', `userId: no participant has the number ${userId}`);
      }
      store.set({ pins: applyPin(pins, operate, userId, multiPin) });
    },
    removeAllPins: () => store.set({ pins: [] }),
    allowMultiPin: (multiPin) => store.set({ multiPin, pins: multiPin ? store.get().pins : store.get().pins.slice(-1) }),
    setMirrored: (mirrored) => store.set({ mirrored }),
    stopIncomingAudio(stop) {
      meeting.requireConnected().media.setIncomingSound(!stop);
      store.set({ incomingAudioStopped: stop });
    },
    setWaitingRoomText: (waitingRoomText) => store.set({ waitingRoomText }),
    setBackground: (id) => meeting.background.choose(id, true),
    previewBackground: async (stream) => meeting.background.createPreview(stream, await meeting.deps.loadMedia(), meeting.deps.server().address),
    async permitCapture(userId, allowed) {
      await command('capture.permit', { userId, allowed });
      store.set({ captureRequests: store.get().captureRequests.filter((id) => id !== userId) });
    },
    setCapture: (status) => command('capture.set', { status }),
    setPictureInPicture: (userId) => meeting.pictureInPicture.show(userId),
    readStatistics: async () => meeting.requireConnected().media.readStatistics(),
    reportLayout: (layout) => meeting.events.emit('layout', layout),
  };
}
