import { builtInAddress } from './address';
import { detectCapabilities, microphoneAllowed } from './browser';
import type { ChunkSource } from './chunks';
import { Chunks } from './chunks';
import type { Clock } from './clock';
import { delay, realClock } from './clock';
import type { Fetch } from './join-api';
import { HttpJoinApi } from './join-api';
import { Dictionaries } from './i18n';
import { Meeting } from './meeting';
import type { MountedView, ViewKind, ViewOptions } from './model';
import type { BlockerDetector } from './blockers';
import { createBlockerDetector } from './blockers';
import type { PageRegistry } from './page';
import { pageRegistry } from './page';
import type { KeyValueStore } from './resume-store';
import { ResumeStore, safeStorage } from './resume-store';
import { chooseServer } from './server';

/** How long a view waits for the words of its language before it is drawn in English. */
const dictionaryTimeout = 1_500;
/** Whoever has not asked for a join by then after `init` leaves the page idle until a person does. */
const prewarmDelay = 150;

/** What a view needs from its surroundings; everything but the chunks has a default of the browser. */
export interface Environment {
  chunks: ChunkSource;
  /** Address of the script that runs, where a server handed it out. */
  scriptUrl?: string | null;
  clock?: Clock;
  fetch?: Fetch;
  page?: PageRegistry;
  tabStorage?: KeyValueStore;
  browserStorage?: KeyValueStore;
  newId?: () => string;
  detectCapabilities?: typeof detectCapabilities;
  blockerDetector?: BlockerDetector;
  microphoneAllowed?: () => Promise<boolean>;
}

/** A meeting with its server and the place where it is drawn. */
export interface CreatedMeeting {
  meeting: Meeting;
  viewMount: ViewMount;
  /** Takes `webEndpoint` of init. */
  setEndpoint(webEndpoint: unknown): void;
  /** The server's address now. */
  server(): string;
}

/** Wires one view's meeting together. */
export function createMeeting(view: ViewKind, environment: Environment): CreatedMeeting {
  const clock = environment.clock ?? realClock;
  const chunks = new Chunks(environment.chunks, clock);
  const i18n = new Dictionaries();
  i18n.setSource(async (language) => (await chunks.ui()).loadDictionary?.(language) ?? null);
  const newId = environment.newId ?? randomId;
  const capabilities = environment.detectCapabilities ?? detectCapabilities;
  const blockerDetector = environment.blockerDetector ?? createBlockerDetector();
  const fetch: Fetch = environment.fetch ?? ((url, init) => globalThis.fetch(url, init));
  let webEndpoint: unknown;
  const server = (): string =>
    chooseServer({ webEndpoint, scriptUrl: environment.scriptUrl ?? null, builtIn: builtInAddress, pageOrigin: globalThis.location?.origin ?? '' });
  const meeting: Meeting = new Meeting({
    view,
    clock,
    newId,
    page: environment.page ?? pageRegistry(),
    resumeStore: new ResumeStore(
      environment.tabStorage ?? safeStorage(() => globalThis.sessionStorage),
      environment.browserStorage ?? safeStorage(() => globalThis.localStorage),
      newId,
    ),
    i18n,
    capabilities: () => capabilities(),
    blockerDetector,
    server: () => {
      const address = server();
      const beacon = (url: string, body: string): boolean => globalThis.navigator?.sendBeacon?.(url, body) ?? false;
      return { address, api: new HttpJoinApi({ server: address, clock, fetch, online: () => capabilities().online, blockerDetector, beacon }) };
    },
    loadMedia: () => chunks.media(),
    prepareView: () => viewMount.show(),
    viewRendered: () => viewMount.rendered(),
    microphoneAllowed: environment.microphoneAllowed ?? microphoneAllowed,
  });
  const viewMount = new ViewMount(view, meeting, chunks);
  return { meeting, viewMount, server, setEndpoint: (value) => void (webEndpoint = value) };
}

/** A random UUID, also where `crypto.randomUUID` is missing because the page is not secure. */
export function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Where a view is drawn: loads the views' chunk, mounts it once, keeps its options. */
export class ViewMount {
  private mounted: { root: HTMLElement; view: MountedView } | null = null;
  private root: (() => HTMLElement | null) | null = null;
  private generation = 0;
  private prewarmed = false;
  options: ViewOptions;

  constructor(
    private readonly view: ViewKind,
    private readonly meeting: Meeting,
    private readonly chunks: Chunks,
  ) {
    this.options = defaultOptions(view);
  }

  /** Starts loading what a join needs, and gets the browser ready while nobody has asked for one. */
  preload(): void {
    const { chunks, meeting } = this;
    chunks.preload();
    if (this.prewarmed) return;
    this.prewarmed = true;
    meeting.deps.clock.after(prewarmDelay, () => {
      chunks.ui().then(
        (ui) => meeting.busy || document.hidden || ui.prewarmView?.(meeting.i18n, this.options),
        () => undefined,
      );
    });
  }

  /** Says where to draw; nothing is drawn yet. */
  setRoot(root: () => HTMLElement | null): void {
    this.root = root;
  }

  /** Draws the view unless it is drawn there already. Rejects when the chunk cannot be had. */
  async show(): Promise<void> {
    const generation = ++this.generation;
    const ui = await this.chunks.ui();
    // Rather a moment later than a page that changes its language before one's eyes.
    const { i18n, deps } = this.meeting;
    const dictionaryReady = i18n.ready();
    if (i18n.pending) await Promise.race([dictionaryReady, delay(deps.clock, dictionaryTimeout)]);
    if (generation !== this.generation) return;
    const root = this.root?.() ?? null;
    if (!root || (this.mounted?.root === root && root.hasChildNodes())) return;
    this.mounted?.view.unmount();
    if (ui.enUS) this.meeting.i18n.addBase('en-US', ui.enUS);
    const { meeting, options } = this;
    const view = this.view === 'client' ? ui.mountClientView(root, meeting, options) : ui.mountComponentView(root, meeting, options);
    this.mounted = { root, view };
  }

  /** Resolves once what the state says now is in the document. */
  async rendered(): Promise<void> {
    await this.mounted?.view.rendered?.();
  }

  /** Takes the view away. */
  hide(): void {
    this.generation++;
    this.mounted?.view.unmount();
    this.mounted = null;
  }

  /** Shows a layout: now where the view is drawn, else from its first frame on. */
  setLayout(defaultView: ViewOptions['defaultView']): void {
    this.options = { ...this.options, defaultView };
    this.mounted?.view.setLayout?.(defaultView);
  }

  get shown(): boolean {
    return this.mounted !== null;
  }

  update(change: Partial<ViewOptions>): void {
    this.options = { ...this.options, ...change };
    this.mounted?.view.update(change);
  }
}

/** How a view is drawn unless the app says otherwise. */
export function defaultOptions(view: ViewKind): ViewOptions {
  return {
    view,
    defaultView: 'speaker',
    showMeetingHeader: true,
    isSupportAV: true,
    isSupportChat: true,
    screenShare: true,
    disableInvite: false,
    videoDrag: true,
    videoHeader: true,
    showJoiningErrorDialog: true,
    keepEndedPage: false,
    disablePreview: view === 'component',
    disableJoinAudio: false,
    audioPanelAlwaysOpen: false,
    isLockBottom: true,
    isSupportNonverbal: true,
    showPureSharingContent: false,
    sharingMode: 'both',
    hideShareAudioOption: false,
    disablePictureInPicture: false,
    enableWaitingRoomPreview: view === 'client',
    inviteUrlFormat: '',
    passcode: '',
    externalLinkPage: '',
    meetingInfo: ['topic', 'host', 'mn', 'pwd', 'telPwd', 'invite', 'participant', 'dc', 'enctype'],
    maximumVideosInGalleryView: 25,
    customize: {},
  };
}
