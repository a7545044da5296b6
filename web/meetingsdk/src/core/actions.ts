import { CallError } from './errors';
import type { Meeting } from './meeting';
import type { MeetingActions } from './model';

/** The commands of the model. They reject with CallError when refused. */
export function createActions(meeting: Meeting): MeetingActions {
  const command = async (type: string, data: object = {}): Promise<void> => {
    await meeting.inside().command(type, data);
  };
  const self = (): number => meeting.getState().self?.userId ?? 0;
  const actions: MeetingActions = {
    finishPreview: (choice) => meeting.finishPreview(choice),
    setMicrophone: async (on) => meeting.inside().media.setMicrophone(on),
    setCamera: async (on) => meeting.inside().media.setCamera(on),
    setShare: async (on) => meeting.inside().media.setShare(on),
    chooseDevice: async (kind, deviceId) => meeting.inside().media.chooseDevice(kind, deviceId),
    unlockSound: async () => meeting.inside().media.unlockSound(),
    async sendChat(text, userId) {
      const room = meeting.inside();
      if (text.trim() === '') throw new CallError('INVALID_PARAMETERS', 'the text is empty');
      if (Array.from(text).length > room.chatLength) throw new CallError('INVALID_PARAMETERS', `the text is longer than ${room.chatLength} characters`);
      await room.command('chat.send', userId ? { text, userId } : { text });
    },
    markChatRead: () => meeting.store.set({ unreadChat: 0 }),
    async mute(userId, muted) {
      if (userId === self() || userId === 0) {
        const room = meeting.inside();
        if (meeting.getState().microphone === 'off') throw new CallError('INVALID_OPERATION', 'audio is not joined');
        return room.media.setMicrophone(!muted);
      }
      return command('seat.mute', { userId, muted });
    },
    muteAll: (muted) => command('session.mute_all', { muted }),
    rename: (userId, userName) => command('seat.rename', { userId, userName }),
    raiseHand: (raised, userId) => command('seat.hand', userId ? { raised, userId } : { raised }),
    remove: (userId) => command('seat.remove', { userId }),
    admit: (userId) => command('seat.admit', { userId }),
    admitAll: () => command('session.admit_all'),
    hold: (userId, hold) => (hold ? command('seat.hold', { userId, hold }) : command('seat.admit', { userId })),
    setRole: (userId, role) => command('seat.role', { userId, role }),
    lock: (locked) => command('session.lock', { locked }),
    startWebinar: () => command('session.broadcast'),
    leave: () => meeting.leave(true),
    end: () => command('session.end'),
    dismissNotice: (id) => meeting.store.set({ notices: meeting.getState().notices.filter((notice) => notice.id !== id) }),
    dismissFailure() {
      const { failure } = meeting.getState();
      if (!failure) return;
      meeting.store.set({ failure: null });
      meeting.events.emit('failureDismissed', { joinFailed: failure.joinFailed });
    },
    async answerUnmuteRequest(yes) {
      meeting.store.set({ unmuteRequestedBy: null });
      if (yes) await meeting.inside().media.setMicrophone(true);
    },
    attachVideo(userId, kind, element) {
      const person = meeting.getState().participants.find((p) => p.userId === userId);
      const identity = person?.mediaIdentity ?? (userId === self() ? meeting.getState().self?.mediaIdentity : undefined);
      if (!meeting.room || !identity) return () => undefined;
      return meeting.room.media.attach(identity, kind, element);
    },
  };
  return actions;
}
