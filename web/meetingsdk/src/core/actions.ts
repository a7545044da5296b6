import { CallError } from './errors';
import type { Meeting } from './meeting';
import { createFeatureActions } from './feature-actions';
import type { ChatTarget, MeetingActions } from './model';

/** The code that apps expect when a microphone is muted before audio is joined. */
const audioNotJoinedCode = 6015;

/** The commands of the model. They reject with CallError when refused. */
export function createActions(meeting: Meeting): MeetingActions {
  const command = async (type: string, data: object = {}): Promise<void> => {
    await meeting.requireConnected().command(type, data);
  };
  const self = (): number => meeting.getState().self?.userId ?? 0;
  const actions: MeetingActions = {
    finishPreview: (choice) => meeting.finishPreview(choice),
    async setMicrophone(on) {
      const { media } = meeting.requireConnected();
      // Everybody may join audio; unmuting may not be allowed.
      if (on && meeting.getState().microphone === 'muted') assertCanUnmute();
      return media.setMicrophone(on);
    },
    setCamera: async (on) => meeting.requireConnected().media.setCamera(on),
    async setShare(on, how) {
      const { media } = meeting.requireConnected();
      // Request permission first, so that the user does not pick a window in vain.
      if (on && meeting.getState().share === 'off') await command('seat.share');
      return media.setShare(on, how);
    },
    leaveAudio: async () => meeting.requireConnected().media.stopAudio(),
    async chooseDevice(kind, deviceId) {
      await meeting.requireConnected().media.chooseDevice(kind, deviceId);
      meeting.saveDevices();
    },
    unlockSound: async () => meeting.requireConnected().media.unlockSound(),
    ...createFeatureActions(meeting, command),
    async sendChat(text, to) {
      const room = meeting.requireConnected();
      if (text.trim() === '') throw new CallError('INVALID_PARAMETERS', 'the text is empty');
      if (Array.from(text).length > room.chatLength) throw new CallError('INVALID_PARAMETERS', `the text is longer than ${room.chatLength} characters`);
      await room.command('chat.send', { text, ...receiverFields(to) });
    },
    markChatRead: () => meeting.store.set({ unreadChat: 0 }),
    async mute(userId, muted) {
      if (userId === self() || userId === 0) {
        const room = meeting.requireConnected();
        if (meeting.getState().microphone === 'off') throw new CallError('INVALID_OPERATION', 'audio is not joined', audioNotJoinedCode);
        if (!muted) assertCanUnmute();
        return room.media.setMicrophone(!muted);
      }
      return command('seat.mute', { userId, muted });
    },
    muteAll: (muted, unmuteAllowed) => command('session.mute_all', unmuteAllowed === undefined ? { muted } : { muted, unmuteAllowed }),
    rename: (userId, userName) => command('seat.rename', { userId, userName }),
    raiseHand: (raised, userId) => command('seat.hand', userId ? { raised, userId } : { raised }),
    remove: (userId) => command('seat.remove', { userId }),
    admit: (userId) => command('seat.admit', { userId }),
    admitAll: () => command('session.admit_all'),
    hold: (userId, hold) => (hold ? command('seat.hold', { userId, hold }) : command('seat.admit', { userId })),
    setRole: (userId, role) => command('seat.role', { userId, role }),
    lock: (locked) => command('session.lock', { locked }),
    startWebinar: () => command('session.broadcast'),
    async leave(successor) {
      if (successor !== undefined) await command('seat.role', { userId: successor, role: 'host' });
      return meeting.leave(true);
    },
    end: () => meeting.endForAll(),
    stay: () => meeting.stay(),
    joinAgain: (passcode) => meeting.joinAgain(passcode),
    dismissNotice: (id) => meeting.store.set({ notices: meeting.getState().notices.filter((notice) => notice.id !== id) }),
    dismissFailure() {
      const { failure, phase } = meeting.getState();
      if (!failure && phase !== 'ended') return;
      meeting.store.set({ failure: null });
      meeting.events.emit('failureDismissed', { joinFailed: failure?.joinFailed ?? false });
    },
    async respondToUnmuteRequest(yes) {
      meeting.store.set({ unmuteRequestedBy: null });
      if (yes) await meeting.requireConnected().media.setMicrophone(true);
    },
    attachVideo(userId, kind, element) {
      const person = meeting.getState().participants.find((p) => p.userId === userId);
      const identity = person?.mediaIdentity ?? (userId === self() ? meeting.getState().self?.mediaIdentity : undefined);
      if (!meeting.room || !identity) return () => undefined;
      const detach = meeting.room.media.attach(identity, kind, element);
      const stopTracking = meeting.pictureInPicture.track(userId, kind, element);
      return () => {
        stopTracking();
        detach();
      };
    },
  };
  return actions;

  /** Throws if participants may not unmute themselves. */
  function assertCanUnmute(): void {
    const { self: own, session } = meeting.getState();
    const host = own?.role === 'host' || own?.role === 'cohost';
    if (session?.unmuteAllowed === false && !host && !own?.mayUnmute) {
      throw new CallError('INSUFFICIENT_PRIVILEGES', 'the host does not let participants unmute themselves');
    }
  }
}

function receiverFields(to: ChatTarget | undefined): object {
  if (to === undefined || to === 0 || to === 'everyone') return {};
  return typeof to === 'number' ? { userId: to } : { to };
}
