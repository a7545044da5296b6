import { captureStatusCode } from '../core/capture';
import { callSafely } from '../core/emitter';
import type { Meeting } from '../core/meeting';
import type { Participant, VideoLayout } from '../core/model';
import { publicParticipant } from '../core/public-participant';
import { qosPayload } from '../core/statistics';
import type { StatusEvent } from '../core/events';
import { backgroundStatus } from './feature-calls';

type Listener = (payload: unknown) => void;

const milestoneText: Record<number, string> = {
  1: 'sdkCallJoin', 2: 'userInPreviewPage', 3: 'userClickJoinPreview', 4: 'userInWaitingForHost', 5: 'userOutWaitingForHost',
  6: 'userInWaitingRoom', 7: 'userOutWaitingRoom', 8: 'userJoinRWGSuccess', 9: 'userAudioDecodeSuccess', 10: 'userVideoDecodeSuccess',
  11: 'userAudioEncodeSuccess', 12: 'userVideoEncodeSuccess', 13: 'userStartJoinAudio', 14: 'userJoinAudioSuccess',
  15: 'userStartJoinVideo', 16: 'userJoinVideoSuccess', 17: 'userAudioVideoSuccess',
};

/** The listeners of `inMeetingServiceListener`. Listeners of unknown events are stored and never called. */
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
  forwardEvents(meeting: Meeting): void {
    const { events } = meeting;
    events.on('status', (event) => this.emit('onMeetingStatus', statusPayload(event)));
    const everybody = (): readonly Participant[] => meeting.getState().participants;
    // The contract has these events in meetings only.
    const webinar = (): boolean => meeting.getState().session?.kind === 'webinar';
    events.on('usersFound', (found) => {
      if (!webinar()) for (const p of found) if (p.state !== 'waiting') this.onJoined(meeting, p);
      for (const p of found) this.onShare(meeting, p.userId, false, p.sharing);
    });
    events.on('usersAdded', (added) => {
      for (const p of added) this.onShare(meeting, p.userId, false, p.sharing);
      if (webinar()) return;
      for (const p of added) if (p.state !== 'waiting') this.onJoined(meeting, p);
    });
    events.on('usersRemoved', (removed) => {
      // The share of a participant who leaves ends with them, without an event of the server.
      for (const { participant } of removed) this.onShare(meeting, participant.userId, participant.sharing, false);
      if (webinar()) return;
      for (const { participant } of removed) if (participant.state !== 'waiting') this.emit('onUserLeave', publicParticipant(participant, everybody()));
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
    events.on('session', ({ before, after }) => {
      if (before.focusMode !== after.focusMode) this.emit('onFocusModeStatusChange', { status: after.focusMode });
    });
    events.on('claimed', ({ claimed }) => this.emit('onClaimStatus', { status: claimed, userId: meeting.getState().self?.userId ?? 0 }));
    events.on('layout', (layout) => this.emit('onVideoOrder', videoOrder(layout)));
    events.on('pictureInPicture', ({ active }) => this.emit('onPictureInPicture', { pip: active }));
    events.on('background', (background) => {
      if (!background.busy) this.emit('onVbStatusChange', backgroundStatus(background));
    });
    events.on('quality', ({ userId, level }) => this.emit('onNetworkQualityChange', { level, userId, type: 'uplink' }));
    events.on('statistics', (statistics) => this.emit(qosEvents[statistics.medium], qosPayload(statistics)));
    events.on('capturePermission', ({ allowed }) => this.emit('onMediaCapturePermissionChange', { allow: allowed }));
    events.on('capture', ({ userId, status }) => this.emit('onMediaCaptureStatusChange', { status: captureStatusCode(status), userId }));
    events.on('botRelations', (pairs) => {
      if (!webinar()) this.emit('bot-relation-update', pairs);
    });
    events.on('preview', ({ shown }) => this.emit('onPreviewPannel', { show: shown }));
  }

  private onJoined(meeting: Meeting, participant: Participant): void {
    const { participants, self } = meeting.getState();
    this.emit('onUserJoin', { ...publicParticipant(participant, participants), self: participant.userId === self?.userId });
  }

  private onUpdated(meeting: Meeting, before: Participant, after: Participant): void {
    const own = after.userId === meeting.getState().self?.userId;
    const { participants, session } = meeting.getState();
    if (session?.kind !== 'webinar') {
      if (before.state === 'waiting' && after.state === 'joined' && !own) this.onJoined(meeting, after);
      this.emit('onUserUpdate', publicParticipant(after, participants));
    }
    this.onShare(meeting, after.userId, before.sharing, after.sharing);
  }

  private onShare(meeting: Meeting, userId: number, before: boolean, sharing: boolean): void {
    if (before === sharing) return;
    if (sharing && userId !== meeting.getState().self?.userId) this.emit('receiveSharingChannelReady', { userId });
    this.emit('onShareContentChange', { userId, sharing });
  }
}

const qosEvents = { audio: 'onAudioQos', video: 'onVideoQos', share: 'onShareQos' } as const;

/** Events that are emitted; a test compares them with the contract. */
export const emittedEvents = [
  'onUserJoin', 'onUserLeave', 'onUserUpdate', 'bot-relation-update', 'receiveSharingChannelReady', 'onUserIsInWaitingRoom', 'onPreviewPannel', 'onJoinSpeed', 'onMeetingStatus',
  'onAudioQos', 'onVideoQos', 'onShareQos', 'onClaimStatus', 'onNetworkQualityChange', 'onVideoOrder', 'onShareContentChange', 'onReceiveChatMsg', 'onVbStatusChange',
  'onMediaCapturePermissionChange', 'onMediaCaptureStatusChange', 'onFocusModeStatusChange', 'onActiveSpeaker', 'onPictureInPicture',
] as const;

/** Who is shown where, in the lists of the contract. */
function videoOrder({ view, main, others }: VideoLayout): object {
  const empty = {
    speakerBarCurrent: [], speakerActiveCurrent: [], multiSpeakerActiveCurrent: [], multiSpeakerMainCurrent: [], galleryMainCurrent: [], suspensionAllCurrent: [], singleActiveCurrent: [],
  };
  switch (view) {
    case 'gallery':
      return { view: 'gallery-view', ...empty, galleryMainCurrent: [...main, ...others] };
    case 'multiSpeaker':
      return { view: 'multi-speaker-view', ...empty, multiSpeakerMainCurrent: main, multiSpeakerActiveCurrent: others };
    case 'active':
    case 'minimized':
      return { view: 'single-view', ...empty, singleActiveCurrent: main };
    default:
      return { view: 'speak-view', ...empty, speakerActiveCurrent: main, speakerBarCurrent: others };
  }
}

/** `onMeetingStatus` carries its number under both names that sources give it. */
function statusPayload({ status, error }: StatusEvent): object {
  const base = { status, meetingStatus: status };
  return error ? { ...base, errorCode: error.errorCode, errorMessage: error.errorMessage, name: error.name, cause: error.cause } : base;
}
