import type { MediaStatistics } from '../../src/core/events';
import type { TransportHandlers, OpenTransport } from '../../src/core/transport';
import { TransportError } from '../../src/core/transport';
import type { CreateMediaEngine, MediaEngine, MediaHandlers, MediaModule } from '../../src/core/media';
import type { ChatMessage, MeetingModel, Participant, SessionInfo, UserInterface } from '../../src/core/model';
import type { Environment } from '../../src/core/create-meeting';
import type { Blocker } from '../../src/core/blockers';
import type { BrowserCapabilities } from '../../src/core/browser';
import { newPage } from '../../src/core/page';
import { memoryStorage } from '../../src/core/resume-store';
import { defaultRules } from '../../src/core/state';
import { FakeClock } from './fake-clock';

export function person(userId: number, change: Partial<Participant> = {}): Participant {
  return {
    userId, guid: `guid-${userId}`, userName: `Person ${userId}`, role: 'attendee', state: 'joined', muted: true, audioOn: false, videoOn: false,
    sharing: false, handRaised: false, guest: false, view: 'client', mediaIdentity: `seat-${userId}`, joinedAt: '2026-01-01T00:00:00Z', ...change,
  };
}

export const session: SessionInfo = {
  sessionId: 'session-1', meetingNumber: '12345678901', topic: 'Tea', hostUserId: 1, kind: 'meeting', locked: false,
  startedAt: '2026-01-01T00:00:00Z', participants: 2, ...defaultRules, spotlights: [],
};

export interface Received {
  path: string;
  body: Record<string, unknown>;
}

type JoinReply = (request: Record<string, unknown>) => Response | Promise<Response>;

/** A refusal as the server sends it. */
export function refusal(errorCode: number, name: string, errorMessage: string, cause: string, more: object = {}): JoinReply {
  return () =>
    Response.json(
      { meetingStatus: 3, errorCode, errorMessage, name, cause, remedy: 'Do this.', retryable: false, retryAfter: null, reasonStyle: 'name', attemptId: 'a-1', docs: `/docs/errors/${errorCode}`, ...more },
      { status: 403 },
    );
}

/** A server in memory: HTTP, control channel and media engine, all moved by the test. */
export class FakeServer {
  readonly clock = new FakeClock();
  readonly received: Received[] = [];
  readonly commands: { requestId: string; type: string; data: Record<string, unknown> }[] = [];
  replies: JoinReply[] = [];
  /** Answers to checks, which come before the preview. */
  checks: JoinReply[] = [];
  role: Participant['role'] = 'attendee';
  webinar = false;
  resumes = false;
  participants: Participant[] = [person(1, { role: 'host' }), person(2)];
  selfId = 2;
  revision = 10;
  chat: ChatMessage[] = [];
  state: 'joined' | 'waiting' = 'joined';
  withSnapshot = true;
  reconnectSeconds = 60;
  reasonStyle = 'name';
  transports: { handlers: TransportHandlers; closed: boolean; connects: number }[] = [];
  media: { handlers: MediaHandlers; calls: string[] }[] = [];
  snapshots = 0;
  /** The participant count passed to the media engine, for each connection. */
  participantCounts: number[] = [];
  /** Called for each command; may throw a TransportError. */
  onCommand: (type: string, data: Record<string, unknown>, requestId: string) => unknown = () => ({ revision: 0, result: {} });
  onSnapshot: () => unknown = () => this.snapshot();
  /** Whether the media engine reports its negotiation before it is connected. */
  negotiates = true;
  onMediaConnect: (token: string) => void | Promise<void> = () => undefined;
  /** Whether requests reach this server, and whether they fail at once if not. */
  reachability: 'answered' | 'refused' | 'silent' = 'answered';
  admissions = 0;
  /** What the browser puts in the way, and whether it is asking the person. */
  blocker: Blocker | null = null;
  prompting = false;
  blockedFile: string | null = null;
  autoConnect = true;
  blocked: 'ui' | 'media' | null = null;
  /** The media chunk arrives once this resolves. */
  mediaArrives: Promise<void> = Promise.resolve();
  prepared = 0;
  capabilities: BrowserCapabilities = { webRTC: true, secure: true, camera: true, screen: true, blockedByFrame: [], online: true, background: true };
  /** Whether the person has allowed this page the microphone before. */
  microphoneAllowed = false;
  measured: MediaStatistics[] = [];
  /** Backgrounds that were tried before a meeting. */
  backgroundPreviews: object[] = [];
  /** Whether the person picks something to share, and how it was shared. */
  picks = true;
  shared: { sound: boolean; motion: boolean }[] = [];
  mounts: { view: 'client' | 'component'; root: HTMLElement; mounted: boolean }[] = [];
  /** What each mounted view was given. */
  models: MeetingModel[] = [];
  prewarms = 0;
  /** How often the page asked for the devices. */
  listings = 0;
  navigated: string[] = [];
  tab = memoryStorage();
  browser = memoryStorage();
  page = newPage();
  private ids = 0;

  snapshot() {
    const self = this.participants.find((p) => p.userId === this.selfId) ?? person(this.selfId);
    return { revision: this.revision, self, session, participants: this.participants, chat: this.chat };
  }

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname;
    const body = JSON.parse(String(init.body)) as Record<string, unknown>;
    this.received.push({ path, body });
    if (this.reachability === 'refused') throw new TypeError('Failed to fetch');
    if (this.reachability === 'silent') return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))));
    if (path === '/sdk/v1/join' && body.check === true) return (this.checks.shift() ?? this.pass)(body);
    if (path === '/sdk/v1/join') return (this.replies.shift() ?? this.admit)(body);
    if (path === '/sdk/v1/leave') this.admissions--;
    if (path === '/sdk/v1/media') return Response.json({ media: { url: 'ws://server.test', token: 'fresh' } });
    return new Response(null, { status: 204 });
  };

  pass: JoinReply = () =>
    Response.json({
      meetingStatus: 1, errorCode: 0, errorMessage: null, name: 'SUCCESS', attemptId: 'c-1', state: 'checked', role: this.role, resumes: this.resumes,
      meeting: { topic: session.topic, webinar: this.webinar },
    });

  admit: JoinReply = () => {
    this.admissions++;
    const snapshot = this.snapshot();
    return Response.json({
      meetingStatus: 2, errorCode: 0, errorMessage: null, name: 'SUCCESS', attemptId: 'a-1', state: this.state,
      participant: { ...snapshot.self, state: this.state }, meeting: session, snapshot: this.withSnapshot && this.state === 'joined' ? snapshot : null,
      resumeToken: `resume-${this.admissions}`, media: this.state === 'joined' ? { url: 'ws://server.test', token: 'first' } : null,
      realtime: { url: 'ws://server.test/realtime', token: 'rt' }, limits: { capacity: 100, chatLength: 20, reconnectSeconds: this.reconnectSeconds },
      reasonStyle: this.reasonStyle,
    });
  };

  get joins(): Record<string, unknown>[] {
    return this.received.filter((r) => r.path === '/sdk/v1/join' && r.body.check !== true).map((r) => r.body);
  }

  get transport() {
    const transport = this.transports.at(-1);
    if (!transport) throw new Error('no line was opened');
    return transport;
  }

  get engine() {
    const engine = this.media.at(-1);
    if (!engine) throw new Error('no media engine was made');
    return engine;
  }

  /** Sends an event to the page. */
  publish(type: string, data: object, revision = ++this.revision): void {
    this.transport.handlers.event({ revision, type, data });
  }

  private openTransport: OpenTransport = (_address, handlers) => {
    const transport = { handlers, closed: false, connects: 0 };
    this.transports.push(transport);
    return {
      connect: () => {
        transport.connects++;
        if (this.autoConnect) queueMicrotask(() => !transport.closed && handlers.connected(false));
      },
      rpc: async (method, data) => {
        await Promise.resolve();
        if (transport.closed) throw new TransportError(4, 'client closed', true);
        if (method === 'snapshot') {
          this.snapshots++;
          return this.onSnapshot();
        }
        const command = data as { requestId: string; type: string; data: Record<string, unknown> };
        this.commands.push(command);
        return this.onCommand(command.type, command.data, command.requestId);
      },
      close: () => void (transport.closed = true),
    };
  };

  private createMediaEngine: CreateMediaEngine = (handlers) => {
    const calls: string[] = [];
    this.media.push({ handlers, calls });
    const note = async (what: string): Promise<void> => void calls.push(what);
    const engine: MediaEngine = {
      connect: async (_url: string, token: string, participantCount: number) => {
        this.participantCounts.push(participantCount);
        calls.push(`connect ${token}`);
        handlers.signalConnected();
        if (this.negotiates) handlers.negotiated();
        await this.onMediaConnect(token);
      },
      disconnect: () => note('disconnect'),
      openMicrophone: async () => {
        calls.push('openMicrophone');
        return true;
      },
      muteMicrophone: (muted) => note(`muteMicrophone ${muted}`),
      closeMicrophone: () => note('closeMicrophone'),
      setCamera: (on) => note(`setCamera ${on}`),
      cameraFacesAway: () => false,
      setScreen: async (on, options) => {
        calls.push(`setScreen ${on}`);
        if (on) this.shared.push(options);
        return on && this.picks;
      },
      switchDevice: (kind, id) => note(`switchDevice ${kind} ${id}`),
      listDevices: async () => {
        this.listings++;
        return { microphones: [{ deviceId: 'm', label: 'Mic' }], cameras: [], speakers: [] };
      },
      unlockSound: () => note('unlockSound'),
      setIncomingSound: (on) => void calls.push(`setIncomingSound ${on}`),
      setVideoLimit: (height) => void calls.push(`setVideoLimit ${height}`),
      setBackground: (background) => note(`setBackground ${JSON.stringify(background)}`),
      limitVideoTo: (identities, everybody) => {
        if (identities) calls.push(`showOnlyTo ${[...identities].join()} of ${everybody.length}`);
      },
      readStatistics: async () => this.measured,
      attach: (identity, kind) => {
        calls.push(`attach ${identity} ${kind}`);
        return () => void calls.push(`detach ${identity} ${kind}`);
      },
    };
    return engine;
  };

  private get mediaModule(): MediaModule {
    const prepare = (): void => {
      this.prepared++;
    };
    const previewBackground: MediaModule['previewBackground'] = async (stream, background) => {
      this.backgroundPreviews.push(background);
      return { stream, stop: () => undefined };
    };
    return { openTransport: this.openTransport, createMediaEngine: this.createMediaEngine, prepare, previewBackground };
  }

  private get ui(): UserInterface {
    const mount = (view: 'client' | 'component') => (root: HTMLElement, model: MeetingModel) => {
      this.models.push(model);
      const entry = { view, root, mounted: true };
      this.mounts.push(entry);
      root.append(document.createElement('div'));
      return { update: () => undefined, unmount: () => ((entry.mounted = false), root.replaceChildren()) };
    };
    return { mountClientView: mount('client'), mountComponentView: mount('component'), prewarmView: () => { this.prewarms++; } };
  }

  /** What a view needs to run against this server. */
  environment(): Environment & { navigate: (address: string) => void } {
    const chunk = <T>(name: 'ui' | 'media', value: () => T) => async (): Promise<T> => {
      if (name === 'media') await this.mediaArrives;
      if (this.blocked === name) throw new TypeError('Failed to fetch dynamically imported module');
      return value();
    };
    return {
      chunks: { ui: chunk('ui', () => this.ui), media: chunk('media', () => this.mediaModule) },
      scriptUrl: 'http://server.test/sdk/zoom-meeting.min.js',
      clock: this.clock,
      fetch: this.fetch,
      page: this.page,
      tabStorage: this.tab,
      browserStorage: this.browser,
      newId: () => `id-${++this.ids}`,
      detectCapabilities: () => this.capabilities,
      blockerDetector: { find: async () => this.blocker, isPrompting: async () => this.prompting, findBlockedFile: async () => this.blockedFile },
      microphoneAllowed: async () => this.microphoneAllowed,
      navigate: (address) => void this.navigated.push(address),
    };
  }
}

export const joinArgs = { meetingNumber: '123 4567-8901', userName: 'Ada', signature: 'sig' };
