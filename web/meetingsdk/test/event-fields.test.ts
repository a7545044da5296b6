import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { ServiceListeners, emittedEvents as clientEvents } from '../src/client-view/listener';
import { ClientEvents, emittedEvents as componentEvents } from '../src/component-view/events';
import { Emitter } from '../src/core/emitter';
import type { MeetingEvents } from '../src/core/events';
import type { Meeting } from '../src/core/meeting';
import { person, session } from './support/fake-server';

const ada = person(1, { role: 'host', email: 'ada@school.example', customerKey: 'ada' });
const bot = person(3, { bot: { appName: 'Notes', authorizerUserId: 1 } as never });
const error = {
  errorCode: 4004, errorMessage: 'The meeting has ended', name: 'MEETING_ENDED', cause: 'host_ended', remedy: '', retryable: false, retryAfter: null, attemptId: null, docs: null,
};
const quality = { encoding: true, avgLoss: 1, maxLoss: 2, jitter: 3, rtt: 4, sampleRate: 48000, width: 640, height: 360, fps: 25 };
const background = { imageId: 'blur', busy: false, locked: false, images: [] };

/** Every event of the core at least once. A new event without an example does not compile. */
const examples: { [K in keyof MeetingEvents]: MeetingEvents[K][] } = {
  status: [
    { status: 1, error: null, joinFailed: false },
    { status: 2, error: null, joinFailed: false },
    { status: 3, error: null, joinFailed: false, reason: 'left' },
    { status: 3, error, joinFailed: false },
    { status: 3, error, joinFailed: true },
    { status: 4, error, joinFailed: false },
  ],
  usersFound: [[ada]],
  usersAdded: [[bot], [person(4, { state: 'waiting' })]],
  usersRemoved: [[{ participant: ada, reason: 'left' }], [{ participant: bot, reason: 'held' }], [{ participant: bot, reason: 'lost' }]],
  usersUpdated: [[{ before: ada, after: { ...ada, sharing: true, handRaised: true } }]],
  chat: [
    { id: 'm', text: 'hi', sender: { userId: 1, name: 'Ada' }, receiver: null, sentAt: '2026-01-01T00:00:00Z' },
    { id: 'n', text: 'hi', sender: { userId: 1, name: 'Ada' }, receiver: { userId: 2, name: 'Ben' }, sentAt: '2026-01-01T00:00:00Z' },
  ],
  chatDeleted: [],
  reaction: [],
  session: [{ before: session, after: { ...session, focusMode: !session.focusMode } }],
  claimed: [{ claimed: true }, { claimed: false }],
  layout: (['gallery', 'multiSpeaker', 'active', 'minimized', 'speaker'] as const).map((view) => ({ view, main: [1], others: [2] }) as never),
  pictureInPicture: [{ active: true }],
  background: [background as never],
  quality: [{ userId: 1, level: 3 }],
  statistics: [{ medium: 'audio', ...quality }, { medium: 'video', ...quality }, { medium: 'share', ...quality }],
  capturePermission: [{ allowed: true }, { allowed: false }],
  captureRequest: [{ userId: 2 }],
  capture: [{ userId: 2, status: 'on' }],
  botRelations: [[{ parentUserID: 1, childUserID: 3 }]],
  activeSpeakers: [[{ userId: 1, userName: 'Ada' }]],
  waitingRoom: [{ participant: ada, self: false, waiting: true }],
  milestone: [{ level: 8, at: 1 }],
  preview: [{ shown: true }],
  selfLeft: [{ reasonCode: 2 }],
  finished: [],
  passcode: [],
  failureDismissed: [],
};

/** What each listener of `listen` receives for these events of the core. */
function collectEvents(events: readonly string[], listen: (event: string, callback: (payload: unknown) => void) => void, forward: (meeting: Meeting) => void): Map<string, unknown[]> {
  const payloads = new Map<string, unknown[]>(events.map((event) => [event, []]));
  for (const event of events) listen(event, (payload) => payloads.get(event)?.push(payload));
  const core = new Emitter<MeetingEvents>();
  const state = { self: person(2), session, participants: [ada, person(2), bot] };
  forward({ events: core, getState: () => state, reasonStyle: 'name' } as unknown as Meeting);
  for (const [event, given] of Object.entries(examples)) for (const payload of given) core.emit(event as keyof MeetingEvents, payload);
  return payloads;
}

/** What the contract's comments state about Client View's payloads, whose handlers are untyped. */
const clientTypes = `
import type { Participant } from '../types/common';
type Media = { type: string; data: { encoding: boolean; avg_loss: number; max_loss: number; jitter: number; rtt: number } };
type Picture = Media & { data: { width: number; height: number; fps: number } };
type Order = 'speakerBarCurrent' | 'speakerActiveCurrent' | 'multiSpeakerActiveCurrent' | 'multiSpeakerMainCurrent' | 'galleryMainCurrent' | 'suspensionAllCurrent' | 'singleActiveCurrent';
export interface Events {
  onUserJoin: Participant & { self: boolean };
  onUserLeave: Participant | { reasonCode: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 };
  onUserUpdate: Participant;
  'bot-relation-update': { parentUserID: number; childUserID: number }[];
  receiveSharingChannelReady: { userId: number };
  onUserIsInWaitingRoom: Participant & { isInWaitingRoom: boolean; isSelf: boolean };
  onPreviewPannel: { show: boolean };
  onJoinSpeed: { tag: 'JOIN_SPEED'; level: number; text: string; time: number; timeStr: string };
  onMeetingStatus: { status: 1 | 2 | 4; meetingStatus: number } | { status: 3; meetingStatus: number; errorCode?: number; errorMessage?: string; name?: string; cause?: string };
  onAudioQos: Media & { data: { sample_rate: number } };
  onVideoQos: Picture;
  onShareQos: Picture;
  onClaimStatus: { status: boolean; userId: number };
  onNetworkQualityChange: { level: 0 | 1 | 2 | 3 | 4 | 5; userId: number; type: 'uplink' };
  onVideoOrder: { view: 'speak-view' | 'gallery-view' | 'multi-speaker-view' | 'single-view' } & Record<Order, number[]>;
  onShareContentChange: { userId: number; sharing: boolean };
  onReceiveChatMsg: { content: { messageId: string; t: number; text: string }; sender: string; senderId: number; receiver: string; receiverId: number };
  onVbStatusChange: object;
  onMediaCapturePermissionChange: { allow: boolean };
  onMediaCaptureStatusChange: { status: 0 | 1 | 2; userId: number };
  onFocusModeStatusChange: { status: boolean };
  onActiveSpeaker: { userId: number; userName: string }[];
  onPictureInPicture: { pip: boolean };
}`;
const componentTypes = `export type { EmbeddedEvents as Events } from '../types/embedded';`;

/** Checks payloads against the declared types: the compiler reads each as a value of its event's. */
class Declared {
  private readonly checker: ts.TypeChecker;
  private readonly file: ts.SourceFile;
  private readonly problems: readonly ts.Diagnostic[];
  private readonly lines: string[] = [];

  constructor(types: string, payloads: Map<string, unknown[]>) {
    const name = join(import.meta.dirname, 'events-as-declared.ts');
    const readonly = 'type Frozen<T> = T extends readonly (infer U)[] ? readonly Frozen<U>[] : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;';
    this.lines = [`${types.replaceAll('\n', ' ')} import type { Events as Told } from './events-as-declared'; ${readonly}`];
    // Two steps, because tsc reports undeclared fields of a literal instead of missing ones.
    const given = [...payloads].flatMap(([event, list]) => list.map((payload) => [JSON.stringify(event), JSON.stringify(payload)] as const));
    given.forEach(([event, payload], i) => this.lines.push(`const v${i} = ${payload} as const; export const w${i}: Frozen<Told[${event}]> = v${i};`));
    const options: ts.CompilerOptions = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [], skipLibCheck: true };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    const text = this.lines.join('\n');
    host.fileExists = (path) => path === name || fileExists(path);
    host.readFile = (path) => (path === name ? text : readFile(path));
    host.getSourceFile = (path, version, ...rest) => (path === name ? ts.createSourceFile(path, text, version, true) : getSourceFile(path, version, ...rest));
    const program = ts.createProgram([name], options, host);
    this.checker = program.getTypeChecker();
    this.file = program.getSourceFile(name) as ts.SourceFile;
    this.problems = program.getSemanticDiagnostics(this.file);
  }

  /** Fields that are absent or of another type; apps may get more than is declared. */
  faults(): string[] {
    return this.problems.map((p) => `${ts.flattenDiagnosticMessageText(p.messageText, ' ')} in ${this.lines[this.file.getLineAndCharacterOfPosition(p.start ?? 0).line]?.slice(0, 160)}`);
  }

  names(): string[] {
    const symbols = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(this.file) as ts.Symbol);
    const events = symbols.find(({ name }) => name === 'Events') as ts.Symbol;
    const target = events.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(events) : events;
    return this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(target)).map(({ name }) => name);
  }
}

describe.each([
  { view: 'client', events: clientEvents, types: clientTypes, forward: () => { const l = new ServiceListeners(); return collectEvents(clientEvents, (e, c) => l.on(e, c), (m) => l.forwardEvents(m)); } },
  { view: 'component', events: componentEvents, types: componentTypes, forward: () => { const l = new ClientEvents(); return collectEvents(componentEvents, (e, c) => l.on(e, c), (m) => l.forwardEvents(m, () => undefined)); } },
])('the events of $view view', ({ events, types, forward }) => {
  let payloads: Map<string, unknown[]>;
  let declared: Declared;
  beforeAll(() => {
    payloads = forward();
    declared = new Declared(types, payloads);
  });

  it('are all emitted, and have a declared payload', () => {
    expect([...payloads].filter(([, given]) => given.length === 0).map(([event]) => event)).toEqual([]);
    expect(events.filter((event) => !declared.names().includes(event))).toEqual([]);
  });

  it('set every declared field, each with its type', () => expect(declared.faults()).toEqual([]));

  it('are checked by a test that is not blind', () => {
    const [event = ''] = events;
    expect(new Declared(types, new Map([[event, [17]]])).faults()).toHaveLength(1);
  });
});
