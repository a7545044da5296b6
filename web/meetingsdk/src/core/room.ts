import { closingOf } from './catalogue';
import type { Clock } from './clock';
import { Control } from './control';
import { CallError } from './errors';
import type { JoinTransport } from './http';
import { log } from './log';
import type { RoomParts } from './media';
import type { MediaStage } from './media';
import type { LocalState, Sending } from './media-link';
import { MediaLink } from './media-link';
import type { Obstacles } from './obstacles';
import type { ServerState } from './roster';
import { rosterChange, withEvent, withSnapshot } from './roster';
import type { RosterChange } from './roster';
import type { ChatMessage, Participant, ReactionName, SessionInfo } from './model';
import type { Link } from './watch';
import { ConnectionWatch } from './watch';
import type { Endpoint, JoinAccepted, ServerEvent, Snapshot } from './wire';

/** How long the control channel waits for the media server's first answer, and the drawing of the meeting for the next. */
const mediaFirst = 100;
/** So many sockets to the media server fail in a row, while plain HTTP passes, until the way in counts as blocked. */
const socketTries = 3;

/** The devices that a person has on. */
export interface DevicesOn {
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
  blocked(obstacle: Omit<Ending, 'code'>): void;
  /** This page is inside, and it is known who else is. `first`: they were not known before. */
  found(first: boolean): void;
  roster(change: RosterChange, reasons: ReadonlyMap<number, string>): void;
  chat(message: ChatMessage): void;
  speaking(identities: string[]): void;
  /** Put into, or let out of, the waiting room. */
  place(place: 'joined' | 'waiting'): void;
  mediaConnecting(): void;
  mediaConnected(): void;
  lost(link: Link, since: number): void;
  restored(): void;
  unmuteRequested(byUserId: number): void;
  reacted(userId: number, reaction: ReactionName): void;
  chatDeleted(id: string): void;
  captureRequested(userId: number): void;
  captureAnswered(allowed: boolean): void;
  quality(identity: string, level: number): void;
  /** The person switched a device on or off. */
  devicesOn(devices: DevicesOn): void;
  /** The session's own facts changed. */
  session(before: SessionInfo, after: SessionInfo): void;
  notice(level: 'info' | 'warning' | 'error', key: string): void;
  /** The seat is over; everything is already closed. */
  ended(ending: Ending): void;
}

export interface RoomOptions {
  clock: Clock;
  newId: () => string;
  parts: RoomParts;
  transport: JoinTransport;
  accepted: JoinAccepted;
  /** The server's address. */
  server: string;
  obstacles: Obstacles;
  handlers: RoomHandlers;
  /** What to open once media are connected: what was on when the page was left. */
  devicesOn?: DevicesOn | null;
}

/** One seat of a meeting, from the join answer to its end. */
export class Room {
  readonly media: MediaLink;
  private readonly control: Control;
  private readonly watch: ConnectionWatch;
  private place: 'joined' | 'waiting';
  private firstPicture = true;
  /** Inside, but not told yet who is there. */
  private arriving = true;
  private isReady = false;
  private controlStarted = false;
  private mediaUp = false;
  private complete = false;
  private stage: MediaStage | null = null;
  private obstacle: Omit<Ending, 'code'> | null = null;
  /** Drawing the meeting would hold up what the page has to do until sound and pictures flow by themselves. */
  private readonly undisturbed: Promise<void>;
  private draw = (): void => undefined;
  private breaks = 0;
  private over = false;
  private endedBecause: string | null = null;
  /** What the server was told last; null: whatever it knows may be out of date. */
  private told: Sending | null = null;
  /** Which devices the person has on, the waiting room and reloads of the page aside. */
  private wanted: DevicesOn;
  private firstMedia: Endpoint | null;

  constructor(private readonly options: RoomOptions) {
    const { accepted, clock, handlers } = options;
    this.place = accepted.state;
    this.wanted = options.devicesOn ?? { microphone: 'off', camera: false };
    this.undisturbed = new Promise((resolve) => (this.draw = resolve));
    this.firstMedia = accepted.media;
    this.watch = new ConnectionWatch(clock, accepted.limits.reconnectSeconds * 1000, {
      lost: (link, since) => handlers.lost(link, since),
      restored: () => handlers.restored(),
      mediaInUse: () => this.place === 'joined',
      givenUp: () => void this.cause().then((found) => this.end({ code: 4001, ...found })),
    });
    this.control = new Control(clock, options.newId, options.parts.openLine, accepted.realtime, {
      snapshot: (snapshot) => this.onSnapshot(snapshot),
      event: (event) => this.onEvent(event),
      ready: () => {
        const { breaks } = this;
        void this.undisturbed.then(() => this.over || breaks !== this.breaks || this.onReady());
      },
      lost: () => {
        this.breaks++;
        this.told = null;
        if (this.isReady) this.watch.lost('control');
      },
      closed: (code) => this.onClosed(code),
    });
    this.media = new MediaLink({
      clock,
      create: options.parts.createMedia,
      server: options.server,
      fresh: () => options.transport.media(accepted.resumeToken),
      crowd: () => (handlers.read().session ?? accepted.meeting).participants,
      read: () => handlers.read(),
      write: (change) => {
        handlers.write(change);
        this.note(change);
      },
      sending: (sending) => this.tell(sending),
      answered: () => this.startControl(),
      negotiated: () => this.draw(),
      connected: () => {
        this.draw();
        this.mediaUp = true;
        this.stage = null;
        this.watch.restored('media');
        handlers.mediaConnected();
        this.openAgain();
        this.settleEntry();
      },
      lost: () => {
        this.mediaUp = false;
        if (this.place === 'joined') this.watch.lost('media');
      },
      failed: (stage, tries, address) => void this.onMediaFailed(stage, tries, address),
      speaking: (identities) => handlers.speaking(identities),
      notice: (level, key) => handlers.notice(level, key),
      quality: (identity, level) => handlers.quality(identity, level),
    });
  }

  get waiting(): boolean {
    return this.place === 'waiting';
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
    if (accepted.state === 'joined') this.options.clock.after(mediaFirst, () => this.startControl());
    else this.startControl();
  }

  private startControl(): void {
    if (this.over || this.controlStarted) return;
    this.controlStarted = true;
    if (this.place === 'joined') this.options.clock.after(mediaFirst, () => this.draw());
    else this.draw();
    this.control.start(this.options.accepted.snapshot);
  }

  /** Runs a command of the control channel. Rejects with CallError. */
  async command(type: string, data: object = {}): Promise<unknown> {
    if (this.over) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    if (this.place === 'waiting') throw new CallError('IMPROPER_MEETING_STATE', 'on hold');
    if (this.watch.reconnecting) throw new CallError('IMPROPER_MEETING_STATE', 'reconnecting');
    return this.control.command(type, data);
  }

  /** Closes everything at this end; says nothing to the server. */
  async close(gone?: Promise<unknown>): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.watch.stop();
    this.control.close(gone);
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
      this.settleEntry();
    }
    this.tell(this.media.sending());
  }

  private settleEntry(): void {
    if (this.complete || this.over || !this.isReady || (this.place === 'joined' && !this.mediaUp)) return;
    this.complete = true;
    this.options.handlers.complete();
  }

  private async onMediaFailed(stage: MediaStage, tries: number, address: string): Promise<void> {
    this.stage = stage;
    const { handlers, obstacles, server } = this.options;
    this.obstacle = await obstacles.find(address || server);
    if (this.complete || this.over) return;
    if (this.obstacle) handlers.blocked(this.obstacle);
    else if (stage === 'transport') handlers.blocked(await this.cause());
    // The address comes with a token, by plain HTTP.
    else if (address && tries >= socketTries) handlers.blocked({ cause: 'websocket_blocked', evidence: `HTTP requests to ${server} succeed, WebSocket connections to ${address}/rtc do not` });
  }

  /** Why the connections that are broken do not come back, as far as a last look tells. */
  async cause(): Promise<Omit<Ending, 'code'>> {
    const { obstacles, server, transport, accepted } = this.options;
    const obstacle = this.obstacle ?? (await obstacles.find(server));
    if (obstacle) return obstacle;
    const reach = await transport.reach(accepted.resumeToken);
    switch (reach) {
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
    const after = withSnapshot(before, snapshot);
    handlers.write(after);
    this.audience();
    if (before.session && after.session) handlers.session(before.session, after.session);
    this.settlePlace(snapshot.self.state === 'waiting' ? 'waiting' : 'joined');
    if (!this.firstPicture) {
      const known = new Set(before.chat.map((message) => message.id));
      handlers.roster(rosterChange(before.participants, after.participants), new Map());
      for (const message of after.chat) if (!known.has(message.id)) handlers.chat(message);
    }
    // Of the waiting room one sees nobody: whoever is there at the admission was there before.
    if (this.place !== 'joined') return;
    if (this.arriving) handlers.found(this.firstPicture);
    this.arriving = this.firstPicture = false;
  }

  private onEvent(event: ServerEvent): void {
    const { handlers } = this.options;
    switch (event.type) {
      case 'session.ended':
        this.endedBecause = event.data.reason;
        return;
      case 'seat.admitted':
        this.settlePlace('joined');
        void this.control.refresh();
        return;
      case 'seat.held':
        this.settlePlace('waiting');
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
        return handlers.captureAnswered(event.data.allowed);
      case 'capture.requested':
        return handlers.captureRequested(event.data.userId);
    }
    const before = handlers.read();
    const after = withEvent(before, event);
    if (after === before) return;
    handlers.write({ self: after.self, session: after.session, participants: after.participants, chat: after.chat, unreadChat: after.unreadChat });
    if (event.type === 'chat.message') return handlers.chat(event.data);
    if (event.type === 'chat.deleted') return handlers.chatDeleted(event.data.id);
    this.audience();
    if (before.session && after.session && before.session !== after.session) handlers.session(before.session, after.session);
    const reasons = event.type === 'participant.removed' ? new Map([[event.data.userId, event.data.reason]]) : new Map<number, string>();
    handlers.roster(rosterChange(before.participants, after.participants), reasons);
    // Who waits, what hosts write to each other, the passcode and a webinar's audience come and go with the role.
    if (before.self && after.self && sight(before.self) !== sight(after.self)) void this.control.refresh();
  }

  /** In focus mode the pictures of a participant without a spotlight go to the hosts only; the media server sees to that. */
  private audience(): void {
    const { self, session, participants } = this.options.handlers.read();
    if (!self || !session) return;
    const hosts = participants.filter(runsMeeting);
    const limited = session.focusMode && !hosts.some((p) => p.userId === self.userId) && !session.spotlights.includes(self.userId);
    this.media.showOnlyTo(limited ? new Set(hosts.map((p) => p.mediaIdentity)) : null, limited ? participants.map((p) => p.mediaIdentity) : []);
  }

  private settlePlace(place: 'joined' | 'waiting'): void {
    if (place === this.place || this.over) return;
    this.place = place;
    if (place === 'waiting') {
      this.told = null;
      void this.media.disconnect();
      this.watch.restored('media');
    }
    this.options.handlers.place(place);
    if (place === 'joined') this.arriving = true;
    this.settleEntry();
    if (place === 'joined') this.connectMedia();
  }

  private tell(sending: Sending): void {
    if (this.place !== 'joined' || this.over || !this.isReady) return;
    const before = this.told ?? this.known();
    const same = (Object.keys(sending) as (keyof Sending)[]).every((key) => before[key] === sending[key]);
    if (same) return;
    this.told = sending;
    this.control.command('seat.media', sending).catch((error: unknown) => {
      if (this.told === sending) this.told = before;
      // Somebody else was quicker, or the rules changed meanwhile.
      if (sending.sharing && !before.sharing && error instanceof CallError) void this.media.shareEnded().then(() => this.options.handlers.notice('warning', 'notice.shareStopped'));
      log.info('the server could not be notified of what this page sends', error);
    });
  }

  /** What the server shows of this page to others. */
  private known(): Sending {
    const { self } = this.options.handlers.read();
    const { audioOn = false, muted = true, videoOn = false, sharing = false } = self ?? {};
    return { audioOn, muted: muted || !audioOn, videoOn, sharing };
  }

  private note({ microphone, camera }: Partial<LocalState>): void {
    if (this.place !== 'joined' || this.over) return;
    const before = this.wanted;
    const now = { ...before };
    if (microphone && microphone !== 'joining') now.microphone = microphone === 'on' || microphone === 'muted' ? microphone : 'off';
    if (camera && camera !== 'starting') now.camera = camera === 'on';
    this.wanted = now;
    if (now.microphone !== before.microphone || now.camera !== before.camera) this.options.handlers.devicesOn(now);
  }

  /** Opens what was on before a reload or the waiting room closed it. */
  private openAgain(): void {
    const { microphone, camera } = this.options.handlers.read();
    const { wanted } = this;
    // What cannot be opened any more is told by a notice.
    if (wanted.microphone === 'muted') this.media.joinMuted();
    if (wanted.microphone === 'on' && microphone === 'off') this.media.setMicrophone(true).catch(() => undefined);
    if (wanted.camera && camera === 'off') this.media.setCamera(true).catch(() => undefined);
  }

  private onClosed(lineCode: number): void {
    const ending = closingOf(lineCode);
    if (ending.code === 4004 && this.endedBecause) ending.cause = this.endedBecause;
    this.end(ending);
  }

  private end(ending: Ending): void {
    if (this.over) return;
    void this.close();
    this.options.handlers.ended(ending);
  }
}

/** What somebody sees of a meeting depends on this. */
const sight = (p: Participant): string => (runsMeeting(p) ? 'host' : p.role);

const runsMeeting = ({ role }: Participant): boolean => role === 'host' || role === 'cohost';
