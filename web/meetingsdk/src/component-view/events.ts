import { callSafely } from '../core/emitter';
import type { ErrorDetails, ReasonStyle } from '../core/errors';
import type { Milestone, StatusEvent } from '../core/events';
import type { Meeting } from '../core/meeting';
import type { ChatMessage, Participant } from '../core/model';
import { publicChange, publicParticipant } from '../core/public-participant';
import { qosPayload } from '../core/statistics';
import { failureReason } from './failures';

type Listener = (payload: unknown) => void;

/** A chat message as apps of this view expect it. */
export interface PublicChat {
  id: string;
  message: string;
  sender: { name: string; userId: number };
  /** userId 0 is everyone. */
  receiver: { name: string; userId: number };
  /** Milliseconds since 1970. */
  timestamp: number;
}

/** Reads a chat message into the public shape. */
export function publicChat(message: ChatMessage): PublicChat {
  return {
    id: message.id,
    message: message.text,
    sender: { name: message.sender.name, userId: message.sender.userId },
    receiver: message.receiver ? { name: message.receiver.name, userId: message.receiver.userId } : { name: 'Everyone', userId: 0 },
    timestamp: Date.parse(message.sentAt),
  };
}

const milestoneText: Record<Milestone, string> = {
  1: 'join called', 2: 'preview shown', 3: 'preview confirmed', 4: 'waiting for the host', 5: 'the host has joined', 6: 'in the waiting room', 7: 'admitted', 8: 'joined',
  9: 'audio can be received', 10: 'video can be received', 11: 'audio can be sent', 12: 'video can be sent', 13: 'audio connecting', 14: 'audio connected',
  15: 'video connecting', 16: 'video connected', 17: 'audio and video ready',
};

/** The handlers of `on` and `off`. Handlers of unknown events are stored and never called. */
export class ClientEvents {
  private readonly listeners = new Map<string, Set<Listener>>();

  on(event: unknown, callback: unknown): void {
    if (typeof event !== 'string' || typeof callback !== 'function') return;
    const set = this.listeners.get(event) ?? new Set<Listener>();
    set.add(callback as Listener);
    this.listeners.set(event, set);
  }

  off(event: unknown, callback: unknown): void {
    if (typeof event !== 'string') return;
    if (callback === undefined) this.listeners.delete(event);
    else this.listeners.get(event)?.delete(callback as Listener);
  }

  clear(): void {
    this.listeners.clear();
  }

  emit(event: string, payload: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) callSafely(() => listener(payload));
  }

  /** Turns the events of the core into those of the contract. `style` is what the app asked for in `init`, if it did. */
  forwardEvents(meeting: Meeting, style: () => ReasonStyle | undefined): void {
    const { events } = meeting;
    const self = (): number | undefined => meeting.getState().self?.userId;
    events.on('status', (event) => this.emit('connection-change', connectionChange(event, style() ?? meeting.reasonStyle)));
    const toPublic = (p: Participant): object => publicParticipant(p, meeting.getState().participants);
    const emitShareState = (userId: number, before: boolean, sharing: boolean): void => {
      if (before !== sharing && userId !== self()) this.emit('peer-share-state-change', { userId, action: sharing ? 'Start' : 'Stop' });
    };
    events.on('usersFound', (found) => {
      for (const p of found) emitShareState(p.userId, false, p.sharing);
    });
    events.on('usersAdded', (added) => {
      this.emit('user-added', added.map((p) => ({ ...toPublic(p), ...(p.state === 'waiting' ? { source: 'on hold' } : {}) })));
      for (const p of added) emitShareState(p.userId, false, p.sharing);
    });
    events.on('usersRemoved', (removed) => {
      // The share of a participant who leaves ends with them, without an event of the server.
      for (const { participant: p } of removed) emitShareState(p.userId, p.sharing, false);
      this.emit('user-removed', removed.map(({ participant: p, reason }) => ({ ...toPublic(p), ...removalReason(p, reason) })));
    });
    events.on('usersUpdated', (updated) => {
      this.emit('user-updated', updated.map(({ before, after }) => publicChange(before, after)));
      for (const { before, after } of updated) emitShareState(after.userId, before.sharing, after.sharing);
    });
    events.on('chat', (message) => this.emit('chat-on-message', publicChat(message)));
    events.on('activeSpeakers', (speakers) => this.emit('active-speaker', speakers.map(({ userId, userName }) => ({ userId, displayName: userName }))));
    events.on('quality', ({ userId, level }) => this.emit('network-quality-change', { level, type: 'uplink', userId }));
    events.on('statistics', (statistics) => this.emit(`${statistics.medium}-statistic-data-change`, qosPayload(statistics)));
    events.on('capture', ({ userId, status }) => {
      const payload = { userId, bLocalRecord: status === 'on' };
      this.emit('media-capture-status-change', payload);
      this.emit('local-recording-change', payload);
    });
    events.on('capturePermission', ({ allowed }) => {
      this.emit('media-capture-permission-change', { type: 'response', value: allowed ? 'allow' : 'deny', canRecord: allowed });
    });
    events.on('captureRequest', ({ userId }) => this.emit('media-capture-permission-change', { type: 'request', value: String(userId) }));
    events.on('botRelations', (pairs) => {
      if (meeting.getState().session?.kind !== 'webinar') this.emit('bot-relation-update', pairs);
    });
    events.on('milestone', ({ level, at }) =>
      this.emit('join-speed', { eventType: 'JOIN_SPEED', tagId: level, desc: milestoneText[level], time: at, timeStr: new Date(at).toISOString() }),
    );
  }
}

/** The contract's reason for a removal that is not a departure: moved to the waiting room, or gone from it, or a connection that was never restored. */
function removalReason(p: Participant, reason: string): { reason?: 'on hold' | 'failover' } {
  if (p.state === 'waiting' || reason === 'held') return { reason: 'on hold' };
  return reason === 'lost' ? { reason: 'failover' } : {};
}

/** Events that are emitted; a test compares them with the contract. */
export const emittedEvents = [
  'connection-change', 'user-added', 'user-removed', 'user-updated', 'active-speaker', 'peer-share-state-change', 'chat-on-message', 'local-recording-change', 'media-capture-status-change',
  'media-capture-permission-change', 'bot-relation-update', 'audio-statistic-data-change', 'video-statistic-data-change', 'share-statistic-data-change', 'network-quality-change', 'join-speed',
] as const;

/** The payload of `connection-change`. */
export function connectionChange(event: StatusEvent, style: ReasonStyle | undefined): object {
  const errorFields = (error: ErrorDetails): object => ({
    reason: failureReason(error, style),
    errorCode: error.errorCode,
    message: error.errorMessage,
    name: error.name,
    cause: error.cause,
  });
  switch (event.status) {
    case 1:
      return { state: 'Connecting' };
    case 2:
      return { state: 'Connected' };
    case 4:
      return { state: 'Reconnecting', ...(event.error ? errorFields(event.error) : {}) };
    default:
      if (event.error) return { state: event.joinFailed ? 'Fail' : 'Closed', ...errorFields(event.error) };
      return { state: 'Closed', reason: event.reason ?? 'left' };
  }
}
