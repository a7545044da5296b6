import { closeReason } from './catalogue';
import type { Clock } from './clock';
import { ControlChannel } from './control-channel';
import { CallError } from './errors';
import type { JoinApi } from './join-api';
import { log } from './log';
import type { MediaModule } from './media';
import type { MediaStage } from './media';
import type { LocalState, MediaStatus } from './media-connection';
import { MediaConnection } from './media-connection';
import type { BlockerDetector } from './blockers';
import type { ServerState } from './roster';
import { rosterChange, applyEvent, applySnapshot } from './roster';
import type { RosterChange } from './roster';
import type { ChatMessage, Participant, ReactionName, SessionInfo } from './model';
import type { Link } from './connection-watch';
import { ConnectionWatch } from './connection-watch';
import type { Endpoint, JoinAccepted, ServerEvent, Snapshot } from './wire';

/** How long the control channel waits for the media server's first answer, and the drawing of the meeting for the next. */
const mediaHeadStart = 100;
/** So many sockets to the media server fail in a row, while plain HTTP passes, until the way in counts as blocked. */
const maxSocketFailures = 3;

/** The devices that a person has on. */
export interface ActiveDevices {
  microphone: 'off' | 'muted' | 'on';
  camera: boolean;
}

/** Why a seat is over. `code` null: no error (left, or moved to another page). */
export interface Ending {
  code: number | null;
  cause: string;
  /** What was seen, where that says more than the cause. */
  evidence?: string;
}

export interface RoomHandlers {
  read(): ServerState & LocalState;
  write(change: Partial<ServerState & LocalState>): void;
  /** Up to date for the first time: the meeting can be drawn. */
  ready(): void;
  /** Inside: up to date, and sound and pictures have a way unless this is the waiting room. */
  complete(): void;
  /** The way in is blocked, and trying on would not help. */
  blocked(blocker: Omit<Ending, 'code'>): void;
  /** This page is inside, and it is known who else is. `first`: they were not known before. */
  rosterKnown(first: boolean): void;
  roster(change: RosterChange, reasons: ReadonlyMap<number, string>): void;
  chat(message: ChatMessage): void;
  speaking(identities: string[]): void;
  /** Put into, or let out of, the waiting room. */
  stateChanged(state: 'joined' | 'waiting'): void;
  mediaConnecting(): void;
  mediaConnected(): void;
  lost(link: Link, since: number): void;
  restored(): void;
  unmuteRequested(byUserId: number): void;
  reacted(userId: number, reaction: ReactionName): void;
  chatDeleted(id: string): void;
  captureRequested(userId: number): void;
  captureDecided(allowed: boolean): void;
  quality(identity: string, level: number): void;
  /** The person switched a device on or off. */
  devicesChanged(devices: ActiveDevices): void;
  /** The session's own facts changed. */
  session(before: SessionInfo, after: SessionInfo): void;
  notice(level: 'info' | 'warning' | 'error', key: string): void;
  /** The seat is over; everything is already closed. */
  ended(ending: Ending): void;
}

export interface RoomOptions {
  clock: Clock;
  newId: () => string;
  mediaModule: MediaModule;
  api: JoinApi;
  accepted: JoinAccepted;
  /** The server's address. */
  server: string;
  blockerDetector: BlockerDetector;
  handlers: RoomHandlers;
  /** What to open once media are connected: what was on when the page was left. */
  devicesToOpen?: ActiveDevices | null;
}

/** One seat of a meeting, from the join answer to its end. */
export class Room {
  readonly media: MediaConnection;
  private readonly control: ControlChannel;
  private readonly watch: ConnectionWatch;
  private state: 'joined' | 'waiting';
  private firstSnapshot = true;
  /** Inside, but not told yet who is there. */
  private rosterUnannounced = true;
  private isReady = false;
  private controlStarted = false;
  private mediaConnected = false;
  private entryComplete = false;
  private stage: MediaStage | null = null;
  private blocker: Omit<Ending, 'code'> | null = null;
  /** Drawing the meeting would hold up what the page has to do until sound and pictures flow by themselves. */
  private readonly readyToRender: Promise<void>;
  private allowRender = (): void => undefined;
  private disconnects = 0;
  private closed = false;
  private endReason: string | null = null;
  /** What the server was told last; null: whatever it knows may be out of date. */
  private reportedStatus: MediaStatus | null = null;
  /** Which devices the person has on, the waiting room and reloads of the page aside. */
  private activeDevices: ActiveDevices;
  private firstMedia: Endpoint | null;

  constructor(private readonly options: RoomOptions) {
    const { accepted, clock, handlers } = options;
    this.state = accepted.state;
    this.activeDevices = options.devicesToOpen ?? { microphone: 'off', camera: false };
    this.readyToRender = new Promise((resolve) => (this.allowRender = resolve));
    this.firstMedia = accepted.media;
    this.watch = new ConnectionWatch(clock, accepted.limits.reconnectSeconds * 1000, {
      lost: (link, since) => handlers.lost(link, since),
      restored: () => handlers.restored(),
      mediaInUse: () => this.state === 'joined',
      timedOut: () => void this.findCause().then((found) => this.end({ code: 4001, ...found })),
    });
    this.control = new ControlChannel(clock, options.newId, options.mediaModule.openTransport, accepted.realtime, {
      snapshot: (snapshot) => this.onSnapshot(snapshot),
      event: (event) => this.onEvent(event),
      ready: () => {
        const { disconnects } = this;
        void this.readyToRender.then(() => this.closed || disconnects !== this.disconnects || this.onReady());
      },
      lost: () => {
        this.disconnects++;
        this.reportedStatus = null;
        if (this.isReady) this.watch.lost('control');
      },
      closed: (code) => this.onClosed(code),
    });
    this.media = new MediaConnection({
      clock,
      create: options.mediaModule.createMediaEngine,
      server: options.server,
      refreshEndpoint: () => options.api.media(accepted.resumeToken),
      participantCount: () => (handlers.read().session ?? accepted.meeting).participants,
      read: () => handlers.read(),
      write: (change) => {
        handlers.write(change);
        this.trackDevices(change);
      },
      statusChanged: (sending) => this.reportStatus(sending),
      signalConnected: () => this.startControl(),
      negotiated: () => this.allowRender(),
      connected: () => {
        this.allowRender();
        this.mediaConnected = true;
        this.stage = null;
        this.watch.restored('media');
        handlers.mediaConnected();
        this.restoreDevices();
        this.checkEntryComplete();
      },
      lost: () => {
        this.mediaConnected = false;
        if (this.state === 'joined') this.watch.lost('media');
      },
      failed: (stage, tries, address) => void this.onMediaFailed(stage, tries, address),
      speaking: (identities) => handlers.speaking(identities),
      notice: (level, key) => handlers.notice(level, key),
      quality: (identity, level) => handlers.quality(identity, level),
    });
  }

  get waiting(): boolean {
    return this.state === 'waiting';
  }

  get reconnecting(): boolean {
    return this.watch.reconnecting;
  }

  get loss(): ConnectionWatch['loss'] {
    return this.watch.loss;
  }

  get chatLength(): number {
    return this.options.accepted.limits.chatLength;
  }

  start(): void {
    const { accepted, handlers } = this.options;
    // Media first, and the rest once they are under way: the first picture has the longest way to go.
    if (accepted.state === 'joined') this.connectMedia();
    handlers.write({ self: accepted.participant, session: accepted.meeting });
    if (accepted.state === 'joined') this.options.clock.after(mediaHeadStart, () => this.startControl());
    else this.startControl();
  }

  private startControl(): void {
    if (this.closed || this.controlStarted) return;
    this.controlStarted = true;
    if (this.state === 'joined') this.options.clock.after(mediaHeadStart, () => this.allowRender());
    else this.allowRender();
    this.control.start(this.options.accepted.snapshot);
  }

  /** Runs a command of the control channel. Rejects with CallError. */
  async command(type: string, data: object = {}): Promise<unknown> {
    if (this.closed) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    if (this.state === 'waiting') throw new CallError('IMPROPER_MEETING_STATE', 'on hold');
    if (this.watch.reconnecting) throw new CallError('IMPROPER_MEETING_STATE', 'reconnecting');
    return this.control.command(type, data);
  }

  /** Closes everything at this end; says nothing to the server. */
  async close(left?: Promise<unknown>): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.watch.stop();
    this.control.close(left);
    await this.media.disconnect();
  }

  private connectMedia(): void {
    this.options.handlers.mediaConnecting();
    // The token of the join answer serves the first connection only.
    const first = this.firstMedia;
    this.firstMedia = null;
    this.media.connect(first);
  }

  private onReady(): void {
    this.watch.restored('control');
    if (!this.isReady) {
      this.isReady = true;
      this.options.handlers.ready();
      this.checkEntryComplete();
    }
    this.reportStatus(this.media.status());
  }

  private checkEntryComplete(): void {
    if (this.entryComplete || this.closed || !this.isReady || (this.state === 'joined' && !this.mediaConnected)) return;
    this.entryComplete = true;
    this.options.handlers.complete();
  }

  private async onMediaFailed(stage: MediaStage, tries: number, address: string): Promise<void> {
    this.stage = stage;
    const { handlers, blockerDetector, server } = this.options;
    this.blocker = await blockerDetector.find(address || server);
    if (this.entryComplete || this.closed) return;
    if (this.blocker) handlers.blocked(this.blocker);
    else if (stage === 'transport') handlers.blocked(await this.findCause());
    // The address comes with a token, by plain HTTP.
    else if (address && tries >= maxSocketFailures) handlers.blocked({ cause: 'websocket_blocked', evidence: `HTTP requests to ${server} succeed, WebSocket connections to ${address}/rtc do not` });
  }

  /** Why the connections that are broken do not come back, as far as a last look tells. */
  async findCause(): Promise<Omit<Ending, 'code'>> {
    const { blockerDetector, server, api, accepted } = this.options;
    const blocker = this.blocker ?? (await blockerDetector.find(server));
    if (blocker) return blocker;
    const reachability = await api.checkReachability(accepted.resumeToken);
    switch (reachability) {
      case 'offline':
        return { cause: 'network', evidence: 'the browser says that it has no network' };
      case 'silent':
        return { cause: 'network', evidence: `requests to ${server} get no response` };
      case 'refused':
        return { cause: 'server_gone', evidence: `requests to ${server} fail at once` };
      case 'answered':
        if (this.stage === 'limited') return { cause: 'server_gone', evidence: `${server} responds, but accepts no more media connections for now (HTTP 429)` };
        return this.stage === 'transport'
          ? { cause: 'network', evidence: `${server} responds, but audio and video do not get through: UDP and TCP to its media port may be blocked` }
          : { cause: 'websocket_blocked', evidence: `HTTP requests to ${server} succeed, WebSocket connections do not` };
    }
  }

  private onSnapshot(snapshot: Snapshot): void {
    const { handlers } = this.options;
    const before = handlers.read();
    const after = applySnapshot(before, snapshot);
    handlers.write(after);
    this.updateVideoAudience();
    if (before.session && after.session) handlers.session(before.session, after.session);
    this.setState(snapshot.self.state === 'waiting' ? 'waiting' : 'joined');
    if (!this.firstSnapshot) {
      const known = new Set(before.chat.map((message) => message.id));
      handlers.roster(rosterChange(before.participants, after.participants), new Map());
      for (const message of after.chat) if (!known.has(message.id)) handlers.chat(message);
    }
    // Of the waiting room one sees nobody: whoever is there at the admission was there before.
    if (this.state !== 'joined') return;
    if (this.rosterUnannounced) handlers.rosterKnown(this.firstSnapshot);
    this.rosterUnannounced = this.firstSnapshot = false;
  }

  private onEvent(event: ServerEvent): void {
    const { handlers } = this.options;
    switch (event.type) {
      case 'session.ended':
        this.endReason = event.data.reason;
        return;
      case 'seat.admitted':
        this.setState('joined');
        void this.control.refresh();
        return;
      case 'seat.held':
        this.setState('waiting');
        return;
      case 'seat.muted':
        void this.media.muteByHost().then(() => handlers.notice('info', 'notice.mutedByHost'));
        return;
      case 'seat.unmute_requested':
        handlers.unmuteRequested(event.data.byUserId);
        return;
      case 'seat.share_stopped':
        void this.media.shareEnded().then(() => handlers.notice('info', 'notice.shareStopped'));
        return;
      case 'seat.reacted':
        return handlers.reacted(event.data.userId, event.data.reaction);
      case 'capture.answered':
        return handlers.captureDecided(event.data.allowed);
      case 'capture.requested':
        return handlers.captureRequested(event.data.userId);
    }
    const before = handlers.read();
    const after = applyEvent(before, event);
    if (after === before) return;
    handlers.write({ self: after.self, session: after.session, participants: after.participants, chat: after.chat, unreadChat: after.unreadChat });
    if (event.type === 'chat.message') return handlers.chat(event.data);
    if (event.type === 'chat.deleted') return handlers.chatDeleted(event.data.id);
    this.updateVideoAudience();
    if (before.session && after.session && before.session !== after.session) handlers.session(before.session, after.session);
    const reasons = event.type === 'participant.removed' ? new Map([[event.data.userId, event.data.reason]]) : new Map<number, string>();
    handlers.roster(rosterChange(before.participants, after.participants), reasons);
    // Who waits, what hosts write to each other, the passcode and a webinar's audience come and go with the role.
    if (before.self && after.self && visibilityKey(before.self) !== visibilityKey(after.self)) void this.control.refresh();
  }

  /** In focus mode the pictures of a participant without a spotlight go to the hosts only; the media server sees to that. */
  private updateVideoAudience(): void {
    const { self, session, participants } = this.options.handlers.read();
    if (!self || !session) return;
    const hosts = participants.filter(isHostOrCohost);
    const limited = session.focusMode && !hosts.some((p) => p.userId === self.userId) && !session.spotlights.includes(self.userId);
    this.media.limitVideoTo(limited ? new Set(hosts.map((p) => p.mediaIdentity)) : null, limited ? participants.map((p) => p.mediaIdentity) : []);
  }

  private setState(state: 'joined' | 'waiting'): void {
    if (state === this.state || this.closed) return;
    this.state = state;
    if (state === 'waiting') {
      this.reportedStatus = null;
      void this.media.disconnect();
      this.watch.restored('media');
    }
    this.options.handlers.stateChanged(state);
    if (state === 'joined') this.rosterUnannounced = true;
    this.checkEntryComplete();
    if (state === 'joined') this.connectMedia();
  }

  private reportStatus(status: MediaStatus): void {
    if (this.state !== 'joined' || this.closed || !this.isReady) return;
    const before = this.reportedStatus ?? this.serverStatus();
    const same = (Object.keys(status) as (keyof MediaStatus)[]).every((key) => before[key] === status[key]);
    if (same) return;
    this.reportedStatus = status;
    this.control.command('seat.media', status).catch((error: unknown) => {
      if (this.reportedStatus === status) this.reportedStatus = before;
      // Somebody else was quicker, or the rules changed meanwhile.
      if (status.sharing && !before.sharing && error instanceof CallError) void this.media.shareEnded().then(() => this.options.handlers.notice('warning', 'notice.shareStopped'));
      log.info('the server could not be notified of what this page sends', error);
    });
  }

  /** What the server shows of this page to others. */
  private serverStatus(): MediaStatus {
    const { self } = this.options.handlers.read();
    const { audioOn = false, muted = true, videoOn = false, sharing = false } = self ?? {};
    return { audioOn, muted: muted || !audioOn, videoOn, sharing };
  }

  private trackDevices({ microphone, camera }: Partial<LocalState>): void {
    if (this.state !== 'joined' || this.closed) return;
    const before = this.activeDevices;
    const now = { ...before };
    if (microphone && microphone !== 'joining') now.microphone = microphone === 'on' || microphone === 'muted' ? microphone : 'off';
    if (camera && camera !== 'starting') now.camera = camera === 'on';
    this.activeDevices = now;
    if (now.microphone !== before.microphone || now.camera !== before.camera) this.options.handlers.devicesChanged(now);
  }

  /** Opens what was on before a reload or the waiting room closed it. */
  private restoreDevices(): void {
    const { microphone, camera } = this.options.handlers.read();
    const { activeDevices } = this;
    // What cannot be opened any more is told by a notice.
    if (activeDevices.microphone === 'muted') this.media.joinMuted();
    if (activeDevices.microphone === 'on' && microphone === 'off') this.media.setMicrophone(true).catch(() => undefined);
    if (activeDevices.camera && camera === 'off') this.media.setCamera(true).catch(() => undefined);
  }

  private onClosed(closeCode: number): void {
    const ending = closeReason(closeCode);
    if (ending.code === 4004 && this.endReason) ending.cause = this.endReason;
    this.end(ending);
  }

  private end(ending: Ending): void {
    if (this.closed) return;
    void this.close();
    this.options.handlers.ended(ending);
  }
}

/** What somebody sees of a meeting depends on this. */
const visibilityKey = (p: Participant): string => (isHostOrCohost(p) ? 'host' : p.role);

const isHostOrCohost = ({ role }: Participant): boolean => role === 'host' || role === 'cohost';
