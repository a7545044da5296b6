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

/** How long a view waits for the texts of its language before it is shown in English. */
const dictionaryTimeout = 1_500;
/** If the app has not called `join` this long after `init`, the page is idle and the view is prewarmed. */
const prewarmDelay = 150;

/** What a view needs from its environment; everything but the chunks defaults to the browser's. */
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

/** A meeting with its server and the mount of its view. */
export interface CreatedMeeting {
  meeting: Meeting;
  viewMount: ViewMount;
  /** Sets the `webEndpoint` option of `init`. */
  setEndpoint(webEndpoint: unknown): void;
  /** The current address of the server. */
  server(): string;
}

/** Creates the meeting of one view. */
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

/** Mounts a view: loads the views' chunk, mounts it once, stores its options. */
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

  /** Starts loading what a join needs, and prewarms the view while the page is idle. */
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

  /** Sets where the view is mounted; mounts nothing yet. */
  setRoot(root: () => HTMLElement | null): void {
    this.root = root;
  }

  /** Mounts the view unless it is mounted there already. Rejects if the chunk cannot be loaded. */
  async show(): Promise<void> {
    const generation = ++this.generation;
    const ui = await this.chunks.ui();
    // Wait for the texts, so that the language does not change while the user reads.
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

  /** Resolves once the current state is rendered. */
  async rendered(): Promise<void> {
    await this.mounted?.view.rendered?.();
  }

  /** Unmounts the view. */
  hide(): void {
    this.generation++;
    this.mounted?.view.unmount();
    this.mounted = null;
  }

  /** Sets the layout of the view, mounted or not. */
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

/** The default options of a view. */
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
