import { CallError } from './errors';
import type { Meeting } from './meeting';
import type { MeetingActions } from './model';
import { applyPin } from './pins';

/** Sends a command of the control channel; rejects with CallError. */
export type Command = (type: string, data?: object) => Promise<void>;

type InsideActions = Pick<
  MeetingActions,
  | 'setShareSound' | 'deleteChat' | 'lowerAllHands' | 'react' | 'reclaimHost' | 'claimHost' | 'setRules' | 'spotlight' | 'allowToTalk' | 'pin' | 'removeAllPins'
  | 'allowMultiPin' | 'setMirrored' | 'stopIncomingAudio' | 'setWaitingRoomText' | 'setBackground' | 'tryBackground' | 'permitCapture' | 'setCapture' | 'setPictureInPicture' | 'measure' | 'reportLayout'
>;

/** The commands beyond joining, devices and the roster. */
export function insideActions(meeting: Meeting, command: Command): InsideActions {
  const { store } = meeting;
  return {
    setShareSound: (on) => meeting.inside().media.setSharedSound(on),
    deleteChat: (id) => command('chat.delete', { id }),
    lowerAllHands: () => command('session.lower_hands'),
    react: (reaction) => command('seat.react', { reaction }),
    reclaimHost: () => command('session.reclaim_host'),
    claimHost: (hostKey) => command('session.claim_host', { hostKey }),
    setRules: (rules) => command('session.rules', rules),
    spotlight: (operate, userId) => command('session.spotlight', { operate, userId }),
    allowToTalk: (userId, allowed) => command('seat.talk', { userId, allowed }),
    pin(operate, userId) {
      meeting.seated();
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
      meeting.inside().media.setIncomingSound(!stop);
      store.set({ incomingStopped: stop });
    },
    setWaitingRoomText: (waitingRoomText) => store.set({ waitingRoomText }),
    setBackground: (id) => meeting.background.choose(id, true),
    tryBackground: async (stream) => meeting.background.tryOut(stream, await meeting.deps.loadParts(), meeting.deps.server().address),
    async permitCapture(userId, allowed) {
      await command('capture.permit', { userId, allowed });
      store.set({ captureRequests: store.get().captureRequests.filter((id) => id !== userId) });
    },
    setCapture: (status) => command('capture.set', { status }),
    setPictureInPicture: (userId) => meeting.floating.show(userId),
    measure: async () => meeting.inside().media.measure(),
    reportLayout: (layout) => meeting.events.emit('layout', layout),
  };
}
