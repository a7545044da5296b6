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

/** How long the control channel waits for the media server's first response, and rendering for the next. */
const mediaHeadStart = 100;
/** After this many failed WebSockets to the media server in a row, while HTTP works, WebSockets count as blocked. */
const maxSocketFailures = 3;

/** The devices that a person has on. */
export interface ActiveDevices {
  microphone: 'off' | 'muted' | 'on';
  camera: boolean;
}

/** Why the meeting is over for this participant. `code` is null without an error (left, or taken over by another page). */
export interface Ending {
  code: number | null;
  cause: string;
  /** What was observed, if it adds to the cause. */
  evidence?: string;
}

export interface RoomHandlers {
  read(): ServerState & LocalState;
  write(change: Partial<ServerState & LocalState>): void;
  /** Up to date for the first time: the meeting can be rendered. */
  ready(): void;
  /** Joined: up to date, and media are connected unless this is the waiting room. */
  complete(): void;
  /** The join is blocked, and retrying would not help. */
  blocked(blocker: Omit<Ending, 'code'>): void;
  /** This page is in the meeting and its roster is known. `first`: it was not known before. */
  rosterKnown(first: boolean): void;
  roster(change: RosterChange, reasons: ReadonlyMap<number, string>): void;
  chat(message: ChatMessage): void;
  speaking(identities: string[]): void;
  /** Moved to the waiting room, or admitted from it. */
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
  /** The user switched a device on or off. */
  devicesChanged(devices: ActiveDevices): void;
  /** The session's own fields changed. */
  session(before: SessionInfo, after: SessionInfo): void;
  notice(level: 'info' | 'warning' | 'error', key: string): void;
  /** The meeting is over for this participant; everything is already closed. */
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
  /** The devices to open once media are connected: those that were on when the page was left. */
  devicesToOpen?: ActiveDevices | null;
}

/** One participant's presence in a meeting, from the join response to its end. */
export class Room {
  readonly media: MediaConnection;
  private readonly control: ControlChannel;
  private readonly watch: ConnectionWatch;
  private state: 'joined' | 'waiting';
  private firstSnapshot = true;
  /** In the meeting, but its roster was not reported yet. */
  private rosterUnannounced = true;
  private isReady = false;
  private controlStarted = false;
  private mediaConnected = false;
  private entryComplete = false;
  private stage: MediaStage | null = null;
  private blocker: Omit<Ending, 'code'> | null = null;
  /** Rendering the meeting earlier would delay the media connection. */
  private readonly readyToRender: Promise<void>;
  private allowRender = (): void => undefined;
  private disconnects = 0;
  private closed = false;
  private endReason: string | null = null;
  /** The status last reported to the server; null if the server's may be out of date. */
  private reportedStatus: MediaStatus | null = null;
  /** Which devices the user has on, apart from the waiting room and reloads of the page. */
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
    // Connect media first: the first video frame takes longest.
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

  /** Closes everything on this page; sends nothing to the server. */
  async close(left?: Promise<unknown>): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.watch.stop();
    this.control.close(left);
    await this.media.disconnect();
  }

  private connectMedia(): void {
    this.options.handlers.mediaConnecting();
    // The token of the join response is for the first connection only.
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

  /** Finds out why the lost connections are not restored. */
  async findCause(): Promise<Omit<Ending, 'code'>> {
    const { blockerDetector, server, api, accepted } = this.options;
    const blocker = this.blocker ?? (await blockerDetector.find(server));
    if (blocker) return blocker;
    const reachability = await api.checkReachability(accepted.resumeToken);
    switch (reachability) {
      case 'offline':
        return { cause: 'network', evidence: 'the browser reports that it is offline' };
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
    // The waiting room has no roster: whoever is in the meeting at the admission was there before.
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
    // The waiting room, messages between hosts, the passcode and a webinar's audience depend on the role.
    if (before.self && after.self && visibilityKey(before.self) !== visibilityKey(after.self)) void this.control.refresh();
  }

  /** In focus mode, the video of a participant without a spotlight goes to the hosts only; the media server enforces that. */
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
      // Somebody else shared first, or the rules changed meanwhile.
      if (status.sharing && !before.sharing && error instanceof CallError) void this.media.shareEnded().then(() => this.options.handlers.notice('warning', 'notice.shareStopped'));
      log.info('the server could not be notified of what this page sends', error);
    });
  }

  /** The status that the server shows to others. */
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

  /** Opens the devices that were on before a reload or the waiting room closed them. */
  private restoreDevices(): void {
    const { microphone, camera } = this.options.handlers.read();
    const { activeDevices } = this;
    // A notice reports what cannot be opened any more.
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

/** What a participant sees of a meeting depends on this. */
const visibilityKey = (p: Participant): string => (isHostOrCohost(p) ? 'host' : p.role);

const isHostOrCohost = ({ role }: Participant): boolean => role === 'host' || role === 'cohost';
