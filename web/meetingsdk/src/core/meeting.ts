import { browserError } from './browser';
import type { BrowserCapabilities } from './browser';
import { errorDetails, pageError, pageErrorCode } from './catalogue';
import type { Clock } from './clock';
import { credentialKey } from './credentials';
import { delay } from './clock';
import { createVirtualBackground } from './background';
import { Emitter } from './emitter';
import type { ReasonStyle } from './errors';
import { CallError, SDKError } from './errors';
import type { MeetingEvents } from './events';
import { LeaveReason, Milestone } from './events';
import { PictureInPicture } from './picture-in-picture';
import type { JoinApi } from './join-api';
import type { Dictionaries } from './i18n';
import { log } from './log';
import type { MediaModule } from './media';
import type { Failure, MeetingModel, MeetingState, PreviewChoice, ViewRemoval, ViewKind } from './model';
import type { BlockerDetector } from './blockers';
import type { PageRegistry } from './page';
import { cleanNumber } from './page';
import type { ActiveDevices, RoomHandlers } from './room';
import { Room } from './room';
import { roomHandlers } from './room-handlers';
import type { ResumeStore } from './resume-store';
import { initialState, resetState } from './state';
import { Statistics } from './statistics';
import { Store } from './store';
import { createActions } from './actions';
import type { JoinAccepted, JoinOptions, JoinRequest } from './wire';

/** The version of the contract that is spoken. */
export const contractVersion = '6.2.0';
/** How often a page that waits for the host tries again, unless the server sets `retryAfter`. */
const hostPollInterval = 5_000;
/** How long a retry waits for the app's `onRetryCallback`. */
const retryCallbackTimeout = 15_000;
/** How long an admitted page may take to connect the control channel, and audio and video. */
const controlTimeout = 15_000;
const mediaTimeout = 20_000;

const viewRemovedMessages: Record<ViewRemoval, string> = {
  removed: 'left the meeting because the page removed its view from the document',
  hidden: 'left the meeting because the page went to another address and hid its view',
  back: 'left the meeting because the page went back to before the join',
};

export interface MeetingDeps {
  view: ViewKind;
  clock: Clock;
  newId: () => string;
  page: PageRegistry;
  resumeStore: ResumeStore;
  i18n: Dictionaries;
  capabilities: () => BrowserCapabilities;
  blockerDetector: BlockerDetector;
  /** The server's address and its join API; called for each join, because `init` may change it. */
  server: () => { address: string; api: JoinApi };
  /** Loads the media chunk. Rejects if it cannot be loaded. */
  loadMedia: () => Promise<MediaModule>;
  /** Mounts the view; rejects if its chunk cannot be loaded. */
  prepareView: () => Promise<void>;
  /** Resolves once the view has rendered the current state. */
  viewRendered: () => Promise<void>;
  /** Whether this page may open the microphone without asking the person. */
  microphoneAllowed: () => Promise<boolean>;
}

/** The callbacks of one caller of `join`. */
export interface JoinObserver {
  /** Called once, unless refused. */
  admitted(): void;
  /** Called once. */
  refused(error: SDKError): void;
  /** Called once if the page waits for the host by itself. */
  notStarted?(error: SDKError): void;
}

export interface JoinBehaviour {
  /** Whether 3008 makes the page wait instead of failing. */
  waitForHost: boolean;
  /** Whether devices are chosen on a preview page before the page joins. */
  preview?: boolean;
  /** Whether audio is joined by itself, muted, where the person has allowed the microphone before. */
  joinsAudio?: boolean;
}

/** The outcome of the check before the preview. */
interface JoinCheck {
  /** Whether there is anything to choose: not for a page that resumes, nor for a webinar's audience. */
  preview: boolean;
  /** The joinId of the request with which the page began to wait for the host. */
  waitId?: string;
}

interface Attempt {
  meetingNumber: string;
  credentials: string;
  observers: JoinObserver[];
  /** How many of them have been notified that the page waits for the host. */
  notified: number;
  stop: AbortController;
  done: Promise<void>;
}

/** A join that the server has admitted already. */
interface AdmittedJoin {
  accepted: JoinAccepted;
  address: string;
  api: JoinApi;
  /** The devices that were on before; null if this page is no longer in the meeting. */
  devices: ActiveDevices | null;
}

/** The meeting of a view: joins and leaves it, and is the model of the UI. */
export class Meeting implements MeetingModel {
  readonly events = new Emitter<MeetingEvents>();
  readonly store = new Store<MeetingState>(initialState);
  readonly actions = createActions(this);
  readonly i18n: Dictionaries;
  readonly background = createVirtualBackground(this);
  readonly statistics = new Statistics(this);
  /** The maximum resolution of sent video, and whether screens are shared with their audio. */
  videoLimit: 360 | 720 | 1080 = 720;
  shareSound = true;
  readonly pictureInPicture = new PictureInPicture((pictureInPicture) => {
    if (this.store.get().pictureInPicture === pictureInPicture) return;
    this.store.set({ pictureInPicture });
    this.events.emit('pictureInPicture', { active: pictureInPicture });
  });
  room: Room | null = null;
  /** The server's `reasonStyle` for this app; undefined until the first response. */
  reasonStyle: ReasonStyle | undefined;
  private init: 'none' | 'failed' | Promise<void> = 'none';
  private attempt: Attempt | null = null;
  /** A pending join with other credentials while this page is in the meeting. */
  private pendingSwitch: Attempt | null = null;
  /** The credentials that the current participant joined with. */
  private credentials = '';
  /** Set if the current participant was taken over while the server decided. */
  private deferredTakeover: (() => void) | null = null;
  private admission: { resumeToken: string; server: string; api: JoinApi } | null = null;
  /** Whether the meeting is shown; audio and video may still be connecting. */
  private rendered = false;
  /** The number of the host's other meeting that is running (3711). */
  private runningMeeting: string | undefined;
  private resolvePreview: ((choice: PreviewChoice | null) => void) | null = null;
  /** The devices to open after the join. */
  private requestedDevices: ActiveDevices = { microphone: 'off', camera: false };
  private readonly pendingMilestones: Milestone[] = [];
  /** Incremented when joins that have not started yet must not start. */
  private epoch = 0;
  private readonly occupant: { meetingNumber: string; view: ViewKind };
  /** What joinAgain repeats. */
  private lastJoin: { options: JoinOptions; observers: readonly JoinObserver[]; behaviour: () => JoinBehaviour } | null = null;
  /** The app's `onRetryCallback` for 3711: it may end the meeting with this number. */
  onRetry: ((meetingNumber: string | undefined) => unknown) | null = null;
  private endingForAll = false;
  private leaveResolvers: ((left: boolean) => void)[] = [];

  constructor(readonly deps: MeetingDeps) {
    this.i18n = deps.i18n;
    this.occupant = { meetingNumber: '', view: deps.view };
  }

  getState = (): MeetingState => this.store.get();
  subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  /** Tracks a running `init`; `join` awaits it. */
  trackInit(work: Promise<void>): void {
    const guarded = work.then(
      () => {
        if (this.store.get().phase === 'idle') this.store.set({ phase: 'initialised' });
        this.deps.resumeStore.preload();
      },
      (error: unknown) => {
        if (this.init === guarded) this.init = 'failed';
        throw error;
      },
    );
    guarded.catch(() => undefined);
    this.init = guarded;
  }

  /** Resets `init`, as after `destroyClient`. */
  resetInit(): void {
    this.init = 'none';
    this.lastJoin = null;
    this.epoch++;
  }

  /** Whether this page is in a meeting or joining one. */
  get busy(): boolean {
    return this.attempt !== null || this.room !== null;
  }

  get current(): { meetingNumber: string } | null {
    return this.busy ? this.occupant : null;
  }

  /** Joins and notifies the observer of the outcome. Never rejects. */
  async join(options: JoinOptions, observer: JoinObserver, behaviour: () => JoinBehaviour): Promise<void> {
    const { epoch } = this;
    try {
      await this.awaitInit();
    } catch (error) {
      return this.reject(observer, error as SDKError);
    }
    await this.deps.page.leaving;
    if (epoch !== this.epoch) return observer.refused(this.cancelledError());
    const number = cleanNumber(options.meetingNumber);
    const { page } = this.deps;
    if (page.occupant && page.occupant.meetingNumber !== number) {
      return this.reject(observer, pageError(3005, 'other_meeting_in_page', `this page is in meeting ${page.occupant.meetingNumber}`));
    }
    const { view } = this.deps;
    if (page.occupant?.view && page.occupant.view !== view) {
      return this.reject(observer, pageError(3005, 'other_view_in_page', `this page is already in the meeting through ${page.occupant.view === 'client' ? 'Client View' : 'Component View'}`));
    }
    const credentials = credentialKey(options);
    const pending = this.pendingSwitch ?? this.attempt;
    if (pending?.credentials === credentials) {
      pending.observers.push(observer);
      return pending.done;
    }
    const attempt: Attempt = { meetingNumber: number, credentials, observers: [observer], notified: 0, stop: new AbortController(), done: Promise.resolve() };
    if (this.pendingSwitch) {
      // The server decides one join at a time.
      await this.pendingSwitch.done;
      return this.join(options, observer, behaviour);
    }
    if (this.attempt) {
      await this.cancelAttempt(this.attempt);
      // The state may have changed meanwhile.
      return this.join(options, observer, behaviour);
    }
    if (this.room && this.credentials === credentials) return observer.admitted();
    if (this.room) {
      this.pendingSwitch = attempt;
      attempt.done = this.switchParticipant(attempt, options, behaviour);
      return attempt.done;
    }
    this.occupant.meetingNumber = number;
    page.occupant = this.occupant;
    this.attempt = attempt;
    this.lastJoin = { options, observers: attempt.observers, behaviour };
    attempt.done = this.run(attempt, options, behaviour());
    return attempt.done;
  }

  /** Cancels a pending join in favor of one with other credentials; the app was not notified of a meeting yet. */
  private async cancelAttempt(attempt: Attempt): Promise<void> {
    const { room, admission } = this;
    this.attempt = null;
    this.room = null;
    this.admission = null;
    attempt.stop.abort();
    this.releasePage();
    attempt.observers.slice(attempt.notified).forEach((observer) => observer.refused(this.cancelledError()));
    await this.releaseAdmission(admission, room);
    await attempt.done;
  }

  /** Leaves; the control channel stays open until the server has responded, or others would see a lost connection first. */
  private async releaseAdmission(admission: Meeting['admission'], room: Room | null): Promise<void> {
    if (!admission) return;
    this.deps.resumeStore.clear(admission.server, this.occupant.meetingNumber);
    const leaving = admission.api.leave(admission.resumeToken);
    await Promise.all([leaving, room?.close(leaving)]);
  }

  /**
   * Joins with other credentials while in the meeting: the server decides again and
   * replaces the participant in one step. A refusal is reported to its caller only, and
   * the current participant stays as it is.
   */
  private async switchParticipant(attempt: Attempt, options: JoinOptions, behaviour: () => JoinBehaviour): Promise<void> {
    const { address, api } = this.deps.server();
    const previous = this.admission;
    let accepted: JoinAccepted;
    try {
      accepted = await this.requestAdmission(attempt, options, { waitForHost: false }, address, api);
    } catch (error) {
      this.pendingSwitch = null;
      const { deferredTakeover } = this;
      this.deferredTakeover = null;
      const refusal = attempt.stop.signal.aborted ? this.cancelledError() : error instanceof SDKError ? error : this.unexpectedError(error);
      for (const observer of attempt.observers) {
        if (attempt.stop.signal.aborted) observer.refused(refusal);
        else this.reject(observer, refusal);
      }
      deferredTakeover?.();
      return;
    }
    this.pendingSwitch = null;
    this.deferredTakeover = null;
    if (attempt.stop.signal.aborted) {
      attempt.observers.forEach((observer) => observer.refused(this.cancelledError()));
      return api.leave(accepted.resumeToken);
    }
    const { room } = this;
    const { microphone, camera } = this.store.get();
    this.room = null;
    this.admission = null;
    this.rendered = false;
    this.attempt = attempt;
    this.lastJoin = { options, observers: attempt.observers, behaviour };
    this.occupant.meetingNumber = attempt.meetingNumber;
    this.deps.page.occupant = this.occupant;
    await room?.close();
    if (previous && previous.server !== address) void previous.api.leave(previous.resumeToken);
    await this.run(attempt, options, behaviour(), { accepted, address, api, devices: room ? { microphone: microphone === 'on' || microphone === 'muted' ? microphone : 'off', camera: camera === 'on' } : null });
  }

  /** Leaves the meeting or the waiting room, or cancels a pending join. Resolves when the server has released the participant. */
  async leave(byUser: boolean, viewRemoved = false): Promise<void> {
    const { attempt, pendingSwitch, room, admission } = this;
    pendingSwitch?.stop.abort();
    const previewing = this.resolvePreview !== null;
    if (!attempt && !room) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    const phase = this.store.get().phase;
    const reasonCode = phase === 'waitingForHost' ? LeaveReason.selfWaitingForHost : room?.waiting ? LeaveReason.selfInWaitingRoom : LeaveReason.selfInMeeting;
    this.attempt = null;
    this.room = null;
    this.admission = null;
    attempt?.stop.abort();
    const released = (async () => {
      await this.releaseAdmission(admission, room);
      // A pending join leaves again if it is admitted, before another one starts.
      await Promise.all([attempt?.done, pendingSwitch?.done]);
    })();
    this.deps.page.leaving = released.then(() => undefined, () => undefined);
    attempt?.observers.slice(attempt.notified).forEach((observer) => observer.refused(this.cancelledError()));
    // Nobody leaves from the preview, because nobody has joined yet.
    this.finish({ reasonCode: previewing ? null : reasonCode, byUser, viewRemoved });
    await released;
  }

  /** The page removed the view: leave, so that nobody stays in a meeting that they cannot see or leave. */
  viewRemoved(reason: ViewRemoval): void {
    if (!this.busy) return;
    log.warn(viewRemovedMessages[reason]);
    void this.leave(false, true).catch(() => undefined);
  }

  /** Asks the user whether to leave. Resolves to true once they have left, to false if they stay. */
  confirmLeave(): Promise<boolean> {
    this.store.set({ confirmingLeave: true });
    return new Promise((resolve) => this.leaveResolvers.push(resolve));
  }

  /** The user chose to stay. */
  stay(): void {
    this.store.set({ confirmingLeave: false });
    for (const answer of this.leaveResolvers.splice(0)) answer(false);
  }

  /** Ends the meeting for everybody, on this page at once. */
  async endForAll(): Promise<void> {
    const room = this.requireConnected();
    this.endingForAll = true;
    try {
      await room.command('session.end');
    } catch (error) {
      if (this.room !== room) return;
      this.endingForAll = false;
      throw error;
    }
    if (this.room !== room) return;
    void room.close();
    this.ended(new SDKError(errorDetails(4004, 'ended_by_host')), LeaveReason.hostEnded);
  }

  /** Joins again at the user's request; reports to the app only what it does not know yet. */
  async joinAgain(passcode?: string): Promise<void> {
    const { lastJoin } = this;
    const { failure } = this.store.get();
    if (!lastJoin || this.busy || failure?.retrying) return;
    const { behaviour } = lastJoin;
    if (passcode !== undefined) this.events.emit('passcode', { passcode });
    const options = passcode === undefined ? lastJoin.options : { ...lastJoin.options, password: passcode, passwordOption: this.deps.view === 'client' ? 'passWord' : 'password' };
    if (!failure?.joinFailed) return this.join(options, { admitted: () => undefined, refused: () => undefined }, behaviour);
    this.store.set({ failure: { ...failure, retrying: true } });
    if (failure.errorCode === 3711) await this.runRetryCallback();
    if (this.busy || !this.store.get().failure?.retrying) return;
    await this.join(options, retryObserver(lastJoin.observers, failure.errorCode), behaviour);
    const left = this.store.get().failure;
    if (left?.retrying && !this.busy) this.store.set({ failure: { ...left, retrying: false } });
  }

  /** Lets the app end the host's other meeting first, and waits for its promise. */
  private async runRetryCallback(): Promise<void> {
    const { onRetry, runningMeeting } = this;
    if (!onRetry) return;
    try {
      await Promise.race([onRetry(runningMeeting), delay(this.deps.clock, retryCallbackTimeout)]);
    } catch (error) {
      log.error('onRetryCallback failed', error);
    }
  }

  /** Leaves while the page unloads. */
  leaveOnUnload(): void {
    if (!this.admission) return;
    this.deps.resumeStore.clear(this.admission.server, this.occupant.meetingNumber);
    this.admission.api.leaveOnUnload(this.admission.resumeToken);
  }

  /**
   * The page is being unloaded, which others see at once. It leaves, or its participant
   * is kept for a moment so that a reload, or coming back to the page, resumes it.
   */
  unload(leaves: boolean): void {
    if (leaves) this.leaveOnUnload();
    else this.admission?.api.notifyUnload(this.admission.resumeToken);
  }

  saveActiveDevices(devices: ActiveDevices): void {
    const { admission } = this;
    const mediaIdentity = this.store.get().self?.mediaIdentity;
    if (admission && mediaIdentity) this.deps.resumeStore.saveActiveDevices(admission.server, this.occupant.meetingNumber, mediaIdentity, devices);
  }

  /** The room, for a call that needs a connection. Throws the CallError of the contract. */
  requireConnected(): Room {
    const room = this.requireJoined();
    if (room.reconnecting) throw new CallError('IMPROPER_MEETING_STATE', 'reconnecting');
    return room;
  }

  /** The room, for a call that only reads and works while reconnecting. */
  requireJoined(): Room {
    const { room } = this;
    if (!room || !this.rendered) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    if (room.waiting) throw new CallError('IMPROPER_MEETING_STATE', 'on hold');
    return room;
  }

  milestone(level: Milestone): void {
    // Media may be ready first; these milestones are reported after `joined`.
    if (this.attempt && level > Milestone.joined) this.pendingMilestones.push(level);
    else this.emitMilestone(level);
  }

  private emitMilestone(level: Milestone): void {
    this.events.emit('milestone', { level, at: this.deps.clock.now() });
  }

  private async awaitInit(): Promise<void> {
    if (this.init === 'none') throw pageError(2, 'init_not_called');
    try {
      if (this.init !== 'failed') return await this.init;
    } catch {
      // `init` itself has reported the error to the app.
    }
    throw pageError(2, 'init_failed');
  }

  /** Rejects a join before it starts: without a status while a meeting is live, or apps would navigate away. */
  private reject(observer: JoinObserver, error: SDKError): void {
    observer.refused(error);
    if (this.busy || this.deps.page.occupant) return;
    this.events.emit('status', { status: 3, error: error.details, joinFailed: true });
  }

  private async run(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, admitted?: AdmittedJoin): Promise<void> {
    const { deps } = this;
    const { failure } = this.store.get();
    const displayName = typeof options.userName === 'string' ? options.userName : '';
    this.store.set({
      ...resetState(this.store.get()), devices: this.selectedDevices(), deviceSwitches: deps.resumeStore.switches(), displayName, phase: 'joining', failure: failure?.retrying ? failure : null,
    });
    this.events.emit('status', { status: 1, error: null, joinFailed: false });
    this.pendingMilestones.length = 0;
    this.requestedDevices = { microphone: 'off', camera: false };
    this.milestone(Milestone.callJoin);
    try {
      const unsupported = browserError(deps.view, deps.capabilities());
      if (unsupported) throw unsupported;
      if (admitted) {
        // Devices that were on stay on.
        this.requestedDevices = admitted.devices ?? this.requestedDevices;
        const [mediaModule] = await Promise.all([this.loadMedia(), this.mountView()]);
        if (attempt.stop.signal.aborted) return await admitted.api.leave(admitted.accepted.resumeToken);
        return await this.enter(attempt, admitted.accepted, mediaModule, admitted.address, admitted.api);
      }
      const { address, api } = deps.server();
      let waitId: string | undefined;
      if (behaviour.preview) {
        const checking = this.checkJoin(attempt, options, behaviour, address, api);
        checking.catch(() => undefined);
        await Promise.all([this.loadMedia(), this.mountView()]);
        const outcome = await checking;
        if (attempt.stop.signal.aborted) return;
        if (outcome.preview && !(await this.showPreview(attempt))) return;
        ({ waitId } = outcome);
      }
      // Query this in parallel with the join, so that nothing waits for it.
      const mayJoinAudio = behaviour.joinsAudio ? deps.microphoneAllowed().catch(() => false) : false;
      const admitting = this.requestAdmission(attempt, options, behaviour, address, api, waitId);
      admitting.catch(() => undefined);
      // A missing chunk takes precedence over the server's response, so it is awaited first.
      const [mediaModule] = await Promise.all([this.loadMedia(), this.mountView()]).catch((error: unknown) => {
        attempt.stop.abort();
        deps.page.leaving = admitting.then(({ resumeToken }) => api.leave(resumeToken)).catch(() => undefined);
        throw error;
      });
      const accepted = await admitting;
      if (this.requestedDevices.microphone === 'off' && (await mayJoinAudio)) this.requestedDevices = { ...this.requestedDevices, microphone: 'muted' };
      if (attempt.stop.signal.aborted) return await api.leave(accepted.resumeToken);
      await this.enter(attempt, accepted, mediaModule, address, api);
    } catch (error) {
      // After leaving, or destroying the client, nothing may be rendered.
      if (this.attempt !== attempt) return;
      // Mount the view before it gets the failure, so that it can show it.
      await deps.prepareView().catch(() => undefined);
      if (this.attempt !== attempt) return;
      this.fail(attempt, error instanceof SDKError ? error : this.unexpectedError(error));
    }
  }

  private async loadMedia(): Promise<MediaModule> {
    try {
      return await this.deps.loadMedia();
    } catch (error) {
      throw await this.blockedError(error);
    }
  }

  private async mountView(): Promise<void> {
    try {
      await this.deps.prepareView();
    } catch (error) {
      throw await this.blockedError(error);
    }
  }

  private async blockedError(error: unknown): Promise<SDKError> {
    const policy = await this.deps.blockerDetector.findBlockedFile();
    if (policy) return pageError(pageErrorCode(this.deps.view), 'csp_blocked', policy);
    return pageError(pageErrorCode(this.deps.view), 'asset_blocked', error instanceof Error ? error.message : String(error));
  }

  private cancelledError(): SDKError {
    return pageError(pageErrorCode(this.deps.view), 'cancelled', 'the page left while joining');
  }

  private unexpectedError(error: unknown): SDKError {
    log.error('an unexpected error stopped the join', error);
    return pageError(pageErrorCode(this.deps.view), 'unexpected', error instanceof Error ? error.message : String(error));
  }

  private buildRequest(attempt: Attempt, options: JoinOptions, address: string): JoinRequest {
    const { deps } = this;
    const token = deps.resumeStore.resumeToken(address, attempt.meetingNumber);
    const request: JoinRequest = { ...options, joinId: deps.newId(), view: deps.view, sdkVersion: contractVersion, deviceId: deps.resumeStore.deviceId() };
    if (token) request.resumeToken = token;
    return request;
  }

  /** Asks the server to check the join, so that a refusal is shown before the user chooses devices. */
  private async checkJoin(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, address: string, api: JoinApi): Promise<JoinCheck> {
    const request: JoinRequest = { ...this.buildRequest(attempt, options, address), check: true };
    const answer = await api.join(request, attempt.stop.signal);
    if ('passed' in answer) {
      const { resumes, role, meeting } = answer.passed;
      this.store.set({ awaitedMeeting: { topic: meeting.topic, scheduleTime: null } });
      return { preview: !resumes && !(meeting.webinar && role === 'attendee') };
    }
    // A server without checks has admitted the page; leave again, because nobody joins before the preview.
    if (answer.admitted) return api.leave(answer.accepted.resumeToken).then(() => ({ preview: true }));
    if (answer.details.errorCode !== 3008 || !behaviour.waitForHost) throw new SDKError(answer.details, answer.extras);
    const awaitedMeeting = answer.extras.result ?? { topic: '', scheduleTime: null, webinar: false };
    this.store.set({ awaitedMeeting });
    return { preview: !awaitedMeeting.webinar, waitId: request.joinId };
  }

  /** Shows the preview until it is confirmed; returns false if the page leaves instead. */
  private async showPreview(attempt: Attempt): Promise<boolean> {
    const confirmed = new Promise<PreviewChoice | null>((resolve) => {
      this.resolvePreview = resolve;
      attempt.stop.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const { background } = this.store.get();
    this.store.set({ phase: 'previewing', failure: null, background: { ...background, supported: this.background.supported } });
    this.milestone(Milestone.preview);
    this.events.emit('preview', { shown: true });
    const choice = await confirmed;
    this.resolvePreview = null;
    this.events.emit('preview', { shown: false });
    if (!choice) return false;
    this.milestone(Milestone.previewConfirmed);
    this.requestedDevices = { microphone: choice.microphone ? 'on' : 'off', camera: choice.camera };
    return true;
  }

  /** Sends the join request until the server admits this page; waits for the host if requested. */
  private async requestAdmission(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, address: string, api: JoinApi, waitId?: string): Promise<JoinAccepted> {
    const { deps } = this;
    const { signal } = attempt.stop;
    for (let waiting = false; ; ) {
      const request = this.buildRequest(attempt, options, address);
      if (waitId) request.waitId = waitId;
      let refusal: SDKError;
      try {
        const answer = await api.join(request, signal);
        if (answer.admitted) {
          if (waiting && !signal.aborted) this.milestone(Milestone.outWaitingForHost);
          return answer.accepted;
        }
        if ('passed' in answer) throw pageError(3621, 'unreachable', 'a join was answered as if it were a check');
        refusal = new SDKError(answer.details, answer.extras);
      } catch (error) {
        if (!(error instanceof SDKError)) throw error;
        refusal = error;
      }
      // Keep waiting if the network or the server is unavailable for a moment.
      const wait = behaviour.waitForHost && (refusal.code === 3008 || (waiting && (refusal.code === 3621 || refusal.code === 4009)));
      if (!wait || signal.aborted) throw refusal;
      if (!waiting) this.beginWaiting(attempt, refusal);
      waiting = true;
      waitId ??= request.joinId;
      await delay(deps.clock, refusal.details.retryAfter ? refusal.details.retryAfter * 1000 : hostPollInterval, signal);
      if (signal.aborted) throw refusal;
    }
  }

  /** A refused join as the view shows it, with an absolute link to the docs. */
  private toFailure(error: SDKError): Failure {
    const { docs } = error.details;
    const failure: Failure = { ...error.details, joinFailed: true };
    // Servers send evidence in development mode only.
    if (error.extras.alsoFailing || (error.extras.evidence && error.details.attemptId) || log.verbose) failure.forDevelopers = true;
    if (docs) failure.docs = new URL(docs, this.deps.server().address).href;
    if (error.extras.evidence) failure.evidence = error.extras.evidence;
    return failure;
  }

  private beginWaiting(attempt: Attempt, refusal: SDKError): void {
    this.store.set({ phase: 'waitingForHost', awaitedMeeting: refusal.extras.result ?? { topic: '', scheduleTime: null }, failure: null });
    this.milestone(Milestone.waitingForHost);
    attempt.notified = attempt.observers.length;
    for (const observer of attempt.observers) observer.notStarted?.(refusal);
  }

  private async enter(attempt: Attempt, accepted: JoinAccepted, mediaModule: MediaModule, address: string, api: JoinApi): Promise<void> {
    const { deps } = this;
    for (const warning of accepted.warnings) log.warnOnce(warning);
    this.reasonStyle = accepted.reasonStyle;
    const admission = { resumeToken: accepted.resumeToken, server: address, api };
    this.admission = admission;
    deps.resumeStore.saveToken(address, attempt.meetingNumber, accepted.resumeToken);
    this.credentials = attempt.credentials;
    let handlers: RoomHandlers | undefined;
    await new Promise<void>((resolve, reject) => {
      let done = false;
      const settled = (): void => {
        done = true;
        late();
        mediaLate();
      };
      const fail = (error: SDKError): void => {
        if (done) return;
        settled();
        // Leave, so that no participant remains for a page that did not connect.
        void this.releaseAdmission(admission, room);
        reject(error);
      };
      const late = deps.clock.after(controlTimeout, () => {
        void deps.blockerDetector.find(accepted.realtime.url).then((found) =>
          fail(pageError(3621, found?.cause ?? 'unreachable', found?.evidence ?? 'the join was admitted, but the control channel could not be opened')),
        );
      });
      const mediaLate = deps.clock.after(mediaTimeout, () => {
        void room.findCause().then(({ cause, evidence }) => fail(pageError(3621, cause === 'server_gone' ? 'unreachable' : cause, evidence)));
      });
      handlers = roomHandlers(this, {
        ready: () => {
          late();
          if (this.attempt !== attempt) return;
          this.rendered = true;
          this.store.set({ phase: this.phase(), awaitedMeeting: null, failure: null });
        },
        complete: () => {
          settled();
          resolve();
        },
        ended: (error) => fail(error),
      });
      const devicesToOpen = this.devicesToOpen(attempt, accepted, address);
      const room: Room = new Room({ clock: deps.clock, newId: deps.newId, mediaModule, api, accepted, server: address, blockerDetector: deps.blockerDetector, handlers, devicesToOpen });
      room.media.setSharedSound(this.shareSound);
      if (this.videoLimit !== 720) room.media.setVideoLimit(this.videoLimit);
      void this.background.applyTo((background) => room.media.setBackground(background));
      this.room = room;
      attempt.stop.signal.addEventListener('abort', () => (settled(), resolve()), { once: true });
      room.start();
    }).catch((error: unknown) => {
      this.room = null;
      this.admission = null;
      throw error;
    });
    if (this.attempt !== attempt) return;
    this.store.set({ phase: this.phase(), awaitedMeeting: null });
    // Apps may look for the meeting in the document as soon as they are notified.
    await deps.viewRendered().catch(() => undefined);
    if (this.attempt !== attempt) return;
    this.attempt = null;
    const waiting = this.room?.waiting === true;
    this.milestone(waiting ? Milestone.waitingRoom : Milestone.joined);
    for (const level of this.pendingMilestones.splice(0)) this.emitMilestone(level);
    for (const observer of attempt.observers) observer.admitted();
    if (!waiting) this.emitUsersFound(true);
    this.events.emit('status', { status: 2, error: null, joinFailed: false });
    const { self } = this.store.get();
    if (waiting && self) this.events.emit('waitingRoom', { participant: self, self: true, waiting: true });
    // Media may have been lost before the app was notified of the join.
    const loss = this.room?.loss;
    if (loss) handlers?.lost(loss.link, loss.since);
  }

  /** The devices to open: those that were on when the page was left, else those chosen before the meeting. */
  private devicesToOpen({ meetingNumber }: Attempt, { participant, meeting }: JoinAccepted, address: string): ActiveDevices | null {
    const { resumeStore } = this.deps;
    const mediaIdentity = participant.mediaIdentity;
    const before = resumeStore.activeDevices(address, meetingNumber, mediaIdentity);
    // A webinar's audience has no devices on.
    if (before || (meeting.kind === 'webinar' && participant.role === 'attendee')) return before;
    resumeStore.saveActiveDevices(address, meetingNumber, mediaIdentity, this.requestedDevices);
    return this.requestedDevices;
  }

  /** Reports who is in the meeting, the own participant first; known participants are not reported again. */
  emitUsersFound(everybody: boolean): void {
    const { self, participants } = this.store.get();
    if (!self) return;
    const own = participants.find((p) => p.userId === self.userId) ?? self;
    const others = everybody ? participants.filter((p) => p.userId !== self.userId) : [];
    this.events.emit('usersFound', [own, ...others]);
  }

  /** Whether the page is joining: it may be admitted, but the app was not notified yet. */
  get entering(): boolean {
    return this.attempt !== null;
  }

  /** The phase of an admitted participant, apart from reconnecting. */
  phase(): 'waitingRoom' | 'inMeeting' {
    return this.room?.waiting ? 'waitingRoom' : 'inMeeting';
  }

  /** Saves the selected devices for later meetings in this browser. */
  saveDevices(): void {
    this.deps.resumeStore.saveDevices(this.store.get().devices);
  }

  private selectedDevices(): MeetingState['devices'] {
    const { devices } = this.store.get();
    const known = this.deps.resumeStore.devices();
    return { ...devices, microphone: devices.microphone || known.microphone, camera: devices.camera || known.camera, speaker: devices.speaker || known.speaker };
  }

  /** Confirms the preview and joins. The preview stays on the page until the join is admitted. */
  finishPreview(choice: PreviewChoice): void {
    if (!this.resolvePreview) return;
    const { devices } = this.store.get();
    this.store.set({ devices: { ...devices, microphone: choice.microphoneId, camera: choice.cameraId, speaker: choice.speakerId }, deviceSwitches: choice.deviceSwitches });
    this.saveDevices();
    this.deps.resumeStore.saveSwitches(choice.deviceSwitches);
    this.resolvePreview(choice);
  }

  private fail(attempt: Attempt, error: SDKError): void {
    this.attempt = null;
    this.releasePage();
    this.reasonStyle = error.extras.reasonStyle ?? this.reasonStyle;
    if (error.code === 3009 || error.code === 4004) this.deps.resumeStore.clear(this.deps.server().address, attempt.meetingNumber);
    this.runningMeeting = error.extras.result?.meetingNumber;
    this.store.set({ phase: 'initialised', awaitedMeeting: null, confirmingLeave: false, failure: this.toFailure(error) });
    this.resolveLeavePrompts();
    for (const observer of attempt.observers) observer.refused(error);
    this.events.emit('status', { status: 3, error: error.details, joinFailed: true });
    this.events.emit('finished', { joinFailed: true, byUser: false, error: error.details });
  }

  /** The meeting ended from outside: by a host, the server or the network. */
  ended(error: SDKError | null, reasonCode: LeaveReason): void {
    const { attempt, admission } = this;
    if (this.pendingSwitch && !attempt && reasonCode === LeaveReason.transferred) {
      // Usually because of the very join that is pending.
      this.deferredTakeover = () => this.ended(error, reasonCode);
      return;
    }
    this.room = null;
    this.admission = null;
    if (attempt) {
      // Admitted, but over already: the app was not notified of a meeting, so the join failed.
      attempt.stop.abort();
      return this.fail(attempt, error ?? new SDKError(errorDetails(4001, 'seat_lost')));
    }
    // The page has given up: release the participant, if the request still gets through.
    if (admission && error?.code === 4001) void admission.api.leave(admission.resumeToken);
    // After a lost connection the participant may be resumed; every other end is final.
    if (admission && error?.code !== 4001) this.deps.resumeStore.clear(admission.server, this.occupant.meetingNumber);
    this.finish({ reasonCode, byUser: this.endingForAll && reasonCode === LeaveReason.hostEnded, error });
  }

  private finish(end: { reasonCode: LeaveReason | null; byUser: boolean; error?: SDKError | null; viewRemoved?: boolean }): void {
    const error = end.error?.details ?? null;
    this.releasePage();
    this.store.set({
      ...resetState(this.store.get()),
      phase: 'ended',
      chat: this.store.get().chat,
      failure: error ? { ...error, joinFailed: false } : null,
      takenOver: end.reasonCode === LeaveReason.transferred,
    });
    const reason = end.reasonCode === LeaveReason.transferred ? 'taken_over' : 'left';
    if (end.reasonCode !== null) this.events.emit('selfLeft', { reasonCode: end.reasonCode });
    this.events.emit('status', { status: 3, error, joinFailed: false, ...(error ? {} : { reason }) });
    this.events.emit('finished', { joinFailed: false, byUser: end.byUser, error, viewRemoved: end.viewRemoved === true });
    this.resolveLeavePrompts();
  }

  /** The meeting is over, so the question whether to leave is answered. */
  private resolveLeavePrompts(): void {
    for (const answer of this.leaveResolvers.splice(0)) answer(true);
  }

  private releasePage(): void {
    this.rendered = false;
    this.endingForAll = false;
    if (this.deps.page.occupant === this.occupant) this.deps.page.occupant = null;
  }
}

/** The observers of a join that is retried; the same refusal is not reported twice. */
function retryObserver(observers: readonly JoinObserver[], knownCode: number): JoinObserver {
  return {
    admitted: () => observers.forEach((observer) => observer.admitted()),
    refused: (error) => observers.forEach((observer) => error.code === knownCode || error.details.cause === 'cancelled' || observer.refused(error)),
    notStarted: (error) => observers.forEach((observer) => observer.notStarted?.(error)),
  };
}
