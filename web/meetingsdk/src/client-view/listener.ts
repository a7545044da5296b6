import { callSafely } from '../core/emitter';
import type { Meeting } from '../core/meeting';
import type { Participant } from '../core/model';
import { publicParticipant } from '../core/people';
import type { StatusEvent } from '../core/events';

type Listener = (payload: unknown) => void;

const milestoneText: Record<number, string> = {
  1: 'sdkCallJoin', 2: 'userInPreviewPage', 3: 'userClickJoinPreview', 4: 'userInWaitingForHost', 5: 'userOutWaitingForHost',
  6: 'userInWaitingRoom', 7: 'userOutWaitingRoom', 8: 'userJoinRWGSuccess', 9: 'userAudioDecodeSuccess', 10: 'userVideoDecodeSuccess',
  11: 'userAudioEncodeSuccess', 12: 'userVideoEncodeSuccess', 13: 'userStartJoinAudio', 14: 'userJoinAudioSuccess',
  15: 'userStartJoinVideo', 16: 'userJoinVideoSuccess', 17: 'userAudioVideoSuccess',
};

/** The listeners of `inMeetingServiceListener`. A name that no event has is kept and never called. */
export class ServiceListeners {
  private readonly listeners = new Map<string, Set<Listener>>();

  on(event: unknown, callback: unknown): void {
    if (typeof event !== 'string' || typeof callback !== 'function') return;
    const set = this.listeners.get(event) ?? new Set<Listener>();
    set.add(callback as Listener);
    this.listeners.set(event, set);
  }

  emit(event: string, payload: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) callSafely(() => listener(payload));
  }

  /** Turns the events of the core into those of the contract. */
  follow(meeting: Meeting): void {
    const { events } = meeting;
    events.on('status', (event) => this.emit('onMeetingStatus', statusPayload(event)));
    events.on('usersAdded', (added) => {
      for (const p of added) if (p.state !== 'waiting') this.emit('onUserJoin', publicParticipant(p));
    });
    events.on('usersRemoved', (removed) => {
      for (const { participant } of removed) if (participant.state !== 'waiting') this.emit('onUserLeave', publicParticipant(participant));
    });
    events.on('usersUpdated', (updated) => {
      for (const { before, after } of updated) this.onUpdated(meeting, before, after);
    });
    events.on('selfLeft', ({ reasonCode }) => this.emit('onUserLeave', { reasonCode }));
    events.on('milestone', ({ level, at }) =>
      this.emit('onJoinSpeed', { tag: 'JOIN_SPEED', level, text: milestoneText[level] ?? '', time: at, timeStr: new Date(at).toISOString() }),
    );
    events.on('waitingRoom', ({ participant, self, waiting }) => {
      this.emit('onUserIsInWaitingRoom', { ...publicParticipant(participant), isHold: waiting, bHold: waiting, isInWaitingRoom: waiting, isSelf: self });
    });
    events.on('chat', (message) =>
      this.emit('onReceiveChatMsg', {
        content: { messageId: message.id, t: Date.parse(message.sentAt), text: message.text },
        sender: message.sender.name,
        senderId: message.sender.userId,
        receiver: message.receiver?.name ?? 'Everyone',
        receiverId: message.receiver?.userId ?? 0,
      }),
    );
    events.on('activeSpeakers', (speakers) => this.emit('onActiveSpeaker', speakers));
    events.on('preview', ({ shown }) => this.emit('onPreviewPannel', { show: shown }));
  }

  private onUpdated(meeting: Meeting, before: Participant, after: Participant): void {
    const own = after.userId === meeting.getState().self?.userId;
    if (before.state === 'waiting' && after.state === 'joined' && !own) this.emit('onUserJoin', publicParticipant(after));
    this.emit('onUserUpdate', publicParticipant(after));
    if (before.sharing !== after.sharing) {
      if (after.sharing && !own) this.emit('receiveSharingChannelReady', { userId: after.userId });
      this.emit('onShareContentChange', { userId: after.userId, sharing: after.sharing });
    }
  }
}

/** `onMeetingStatus` carries its number under both names that sources give it. */
function statusPayload({ status, error }: StatusEvent): object {
  const base = { status, meetingStatus: status };
  return error ? { ...base, errorCode: error.errorCode, errorMessage: error.errorMessage, name: error.name, cause: error.cause } : base;
}
