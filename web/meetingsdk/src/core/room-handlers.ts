import { errorDetails, pageError } from './catalogue';
import { SDKError } from './errors';
import { botRelations } from './on-behalf-of';
import { LeaveReason, Milestone } from './events';
import type { Meeting } from './meeting';
import type { Notice, Reaction } from './model';
import { isUnreachable } from './roster';
import type { Ending, RoomHandlers } from './room';

let noticeId = 0;
let reactionId = 0;
/** How long a reaction is shown, and how many at once at most. */
const reactionDuration = 6_000;
const maxReactions = 20;
/** How long a request to record is open. */
const captureRequestTimeout = 10_000;
/** How long a notice is shown unless it is dismissed. */
const noticeDuration = 8_000;

/** Shows the person a notice for a moment. */
export function showNotice(meeting: Meeting, level: Notice['level'], key: string, values?: Notice['values']): void {
  const notice: Notice = { id: ++noticeId, level, key, ...(values ? { values } : {}) };
  meeting.store.set({ notices: [...meeting.getState().notices, notice].slice(-5) });
  meeting.deps.clock.after(noticeDuration, () => {
    meeting.store.set({ notices: meeting.getState().notices.filter((n) => n.id !== notice.id) });
  });
}

/** Turns the events of a room into the model's state and events for the views. */
export function roomHandlers(meeting: Meeting, entry: { ready: () => void; complete: () => void; ended: (error: SDKError) => void }): RoomHandlers {
  const { store, events } = meeting;
  let entered = false;
  let mediaReady = false;
  let relations = '[]';
  const emitBotRelations = (): void => {
    const pairs = botRelations(store.get().participants);
    if (JSON.stringify(pairs) === relations) return;
    relations = JSON.stringify(pairs);
    events.emit('botRelations', pairs);
  };
  return {
    read: () => store.get(),
    write: (change) => store.set(change),
    ready: () => entry.ready(),
    complete() {
      entered = true;
      entry.complete();
    },
    blocked(obstacle) {
      // After the join, the connection is restored instead.
      if (!entered) entry.ended(pageError(3621, obstacle.cause, obstacle.evidence));
    },
    rosterKnown(first) {
      // Until the page has joined, the join itself reports this.
      if (entered && !meeting.entering) meeting.emitUsersFound(first);
    },
    roster(change, reasons) {
      const selfId = store.get().self?.userId;
      const others = <T>(list: readonly T[], id: (item: T) => number): T[] => list.filter((item) => id(item) !== selfId);
      const added = others(change.added, (p) => p.userId);
      const removed = others(change.removed, (p) => p.userId);
      for (const participant of added) {
        if (participant.state === 'waiting') events.emit('waitingRoom', { participant, self: false, waiting: true });
      }
      for (const { before, after } of others(change.updated, (u) => u.after.userId)) {
        const was = before.state === 'waiting';
        const is = after.state === 'waiting';
        if (was !== is) events.emit('waitingRoom', { participant: after, self: false, waiting: is });
      }
      for (const participant of removed) {
        if (participant.state === 'waiting') events.emit('waitingRoom', { participant, self: false, waiting: false });
      }
      // Until the page has joined, the join itself reports who is there.
      if (added.length && entered) events.emit('usersAdded', added);
      if (removed.length) {
        if (entered) events.emit('usersRemoved', removed.map((participant) => ({ participant, reason: reasons.get(participant.userId) ?? 'left' })));
        const gone = new Set(removed.map((p) => p.userId));
        const { activeSpeakers, pins } = store.get();
        store.set({ activeSpeakers: activeSpeakers.filter((id) => !gone.has(id)) });
        if (pins.some((id) => gone.has(id))) store.set({ pins: pins.filter((id) => !gone.has(id)) });
      }
      const away = new Set(change.updated.filter(({ after }) => isUnreachable(after)).map(({ after }) => after.userId));
      const { activeSpeakers: speakers } = store.get();
      if (speakers.some((id) => away.has(id))) store.set({ activeSpeakers: speakers.filter((id) => !away.has(id)) });
      if (change.updated.length && entered) events.emit('usersUpdated', change.updated);
      for (const { before, after } of change.updated) {
        const status = after.capture ?? 'off';
        if ((before.capture ?? 'off') !== status) events.emit('capture', { userId: after.userId, status });
      }
      if ([...change.added, ...change.removed].some((p) => p.bot || p.personKey)) emitBotRelations();
    },
    chat: (message) => events.emit('chat', message),
    chatDeleted: (id) => events.emit('chatDeleted', { id }),
    reacted(userId, reaction) {
      const shown: Reaction = { id: ++reactionId, userId, reaction };
      store.set({ reactions: [...store.get().reactions, shown].slice(-maxReactions) });
      meeting.deps.clock.after(reactionDuration, () => store.set({ reactions: store.get().reactions.filter((r) => r.id !== shown.id) }));
      events.emit('reaction', shown);
    },
    captureRequested(userId) {
      store.set({ captureRequests: [...store.get().captureRequests.filter((id) => id !== userId), userId] });
      // The server refuses by itself after the same time.
      meeting.deps.clock.after(captureRequestTimeout, () => store.set({ captureRequests: store.get().captureRequests.filter((id) => id !== userId) }));
      events.emit('captureRequest', { userId });
    },
    devicesChanged: (devices) => meeting.saveActiveDevices(devices),
    captureDecided: (allowed) => events.emit('capturePermission', { allowed }),
    quality(identity, level) {
      const person = store.get().participants.find((p) => p.mediaIdentity === identity);
      if (!person || store.get().quality[person.userId] === level) return;
      store.set({ quality: { ...store.get().quality, [person.userId]: level } });
      events.emit('quality', { userId: person.userId, level });
    },
    session: (before, after) => events.emit('session', { before, after }),
    speaking(identities) {
      const byIdentity = new Map(store.get().participants.filter((p) => !isUnreachable(p)).map((p) => [p.mediaIdentity, p]));
      const speakers = identities.flatMap((identity) => byIdentity.get(identity) ?? []);
      store.set({ activeSpeakers: speakers.map((p) => p.userId) });
      events.emit('activeSpeakers', speakers.map(({ userId, userName }) => ({ userId, userName })));
    },
    stateChanged(place) {
      if (!entered || meeting.entering) return;
      const waiting = place === 'waiting';
      store.set({ phase: meeting.phase(), activeSpeakers: [], unmuteRequestedBy: null });
      meeting.milestone(waiting ? Milestone.waitingRoom : Milestone.outWaitingRoom);
      if (!waiting) meeting.milestone(Milestone.joined);
      const { self } = store.get();
      if (self) events.emit('waitingRoom', { participant: self, self: true, waiting });
    },
    mediaConnecting() {
      meeting.milestone(Milestone.startAudio);
      meeting.milestone(Milestone.startVideo);
    },
    mediaConnected() {
      if (mediaReady) return;
      mediaReady = true;
      const { audioDecode, videoDecode, audioEncode, videoEncode, audioJoined, videoJoined, audioVideoReady } = Milestone;
      for (const level of [audioDecode, videoDecode, audioEncode, videoEncode, audioJoined, videoJoined, audioVideoReady]) meeting.milestone(level);
    },
    lost(link, since) {
      if (!entered || meeting.entering) return;
      store.set({ phase: 'reconnecting', reconnectingSince: (meeting.deps.clock.now() - since) / 1000 });
      const cause = link === 'control' ? 'control_channel_lost' : 'media_lost';
      events.emit('status', { status: 4, error: errorDetails(4000, cause), joinFailed: false });
    },
    restored() {
      if (!entered || meeting.entering) return;
      store.set({ phase: meeting.phase(), reconnectingSince: null });
      events.emit('status', { status: 2, error: null, joinFailed: false });
    },
    unmuteRequested(byUserId) {
      const by = store.get().participants.find((p) => p.userId === byUserId);
      store.set({ unmuteRequestedBy: by?.userName ?? '' });
    },
    notice: (level, key) => showNotice(meeting, level, key),
    ended(ending) {
      const error = ending.code === null ? null : pageError(ending.code, ending.cause, ending.evidence);
      if (entered) return meeting.ended(error, toLeaveReason(ending));
      // Closed before the meeting was shown: the join itself failed.
      entry.ended(error ?? new SDKError(errorDetails(4001, 'seat_lost')));
    },
  };
}

/** The reason code of the own departure for each way a meeting ends from outside. */
export function toLeaveReason(ending: Ending): LeaveReason {
  if (ending.code === null) return LeaveReason.transferred;
  if (ending.code === 3009) return ending.cause === 'not_admitted' ? LeaveReason.refusedInWaitingRoom : LeaveReason.expelled;
  if (ending.code === 4004 && ending.cause === 'ended_by_host') return LeaveReason.hostEnded;
  return LeaveReason.other;
}
