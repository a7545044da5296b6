import { browserFault } from './browser';
import type { BrowserFacts } from './browser';
import { detailsOf, pageError, pageFaultCode } from './catalogue';
import type { Clock } from './clock';
import { credentialsOf } from './credentials';
import { pause } from './clock';
import { backgroundOf } from './background';
import { Emitter } from './emitter';
import type { ReasonStyle } from './errors';
import { CallError, SDKError } from './errors';
import type { MeetingEvents } from './events';
import { LeaveReason, Milestone } from './events';
import { FloatingPicture } from './floating';
import type { JoinTransport } from './http';
import type { Dictionaries } from './i18n';
import { log } from './log';
import type { RoomParts } from './media';
import type { Failure, MeetingModel, MeetingState, PreviewChoice, ViewGone, ViewKind } from './model';
import type { Obstacles } from './obstacles';
import type { PageRegistry } from './page';
import { cleanNumber } from './page';
import type { DevicesOn, RoomHandlers } from './room';
import { Room } from './room';
import { roomHandlers } from './room-handlers';
import type { SeatMemory } from './seat-memory';
import { emptyState, freshState } from './state';
import { Statistics } from './statistics';
import { Store } from './store';
import { createActions } from './actions';
import type { JoinAccepted, JoinOptions, JoinRequest } from './wire';

/** The version of the contract that is spoken. */
export const spokenVersion = '6.2.0';
/** How often a page that waits for the host asks again, unless the server says otherwise. */
const waitingPoll = 5_000;
/** How long another try waits for what the app does before it. */
const retryPatience = 15_000;
/** How long an admitted page may take until the control channel stands, and until sound and pictures have a way. */
const entryTimeout = 15_000;
const mediaTimeout = 20_000;

const goneWords: Record<ViewGone, string> = {
  removed: 'left the meeting because the page removed its view from the document',
  hidden: 'left the meeting because the page went to another address and hid its view',
  back: 'left the meeting because the page went back to before the join',
};

export interface MeetingDeps {
  view: ViewKind;
  clock: Clock;
  newId: () => string;
  page: PageRegistry;
  memory: SeatMemory;
  i18n: Dictionaries;
  facts: () => BrowserFacts;
  obstacles: Obstacles;
  /** The server's address and the HTTP side of it; asked at each join, for init may change it. */
  server: () => { address: string; transport: JoinTransport };
  /** Loads the media chunk. Rejects when it cannot be had. */
  loadParts: () => Promise<RoomParts>;
  /** Gets the view ready to be shown; rejects when its chunk cannot be had. */
  prepareView: () => Promise<void>;
  /** Resolves once the view shows what the state says now. */
  viewDrawn: () => Promise<void>;
  /** Whether this page may open the microphone without asking the person. */
  microphoneAllowed: () => Promise<boolean>;
}

/** What one caller of `join` wants to be told; called at most as often as said. */
export interface JoinWaiter {
  /** Once, unless refused. */
  admitted(): void;
  /** Once. */
  refused(error: SDKError): void;
  /** Once, where the page goes on waiting for the host by itself. */
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

/** What a page learns before it shows the preview. */
interface Outlook {
  /** Whether there is anything to choose: not for a page that comes back, nor for a webinar's audience. */
  preview: boolean;
  /** The question with which the page began to wait for the host. */
  waitId?: string;
}

interface Attempt {
  meetingNumber: string;
  credentials: string;
  waiters: JoinWaiter[];
  /** How many of them know already that the host is awaited. */
  told: number;
  stop: AbortController;
  done: Promise<void>;
}

/** A join that the server has let in already. */
interface Decided {
  accepted: JoinAccepted;
  address: string;
  transport: JoinTransport;
  /** What was on before; null where this page is not inside any more. */
  wishes: DevicesOn | null;
}

/** The one meeting of a view: joins, holds and leaves it, and is the model of the UI. */
export class Meeting implements MeetingModel {
  readonly events = new Emitter<MeetingEvents>();
  readonly store = new Store<MeetingState>(emptyState);
  readonly actions = createActions(this);
  readonly i18n: Dictionaries;
  readonly background = backgroundOf(this);
  readonly statistics = new Statistics(this);
  /** How pictures are sent at most, and whether screens are shared with their sound. */
  videoLimit: 360 | 720 | 1080 = 720;
  shareSound = true;
  readonly floating = new FloatingPicture((pictureInPicture) => {
    if (this.store.get().pictureInPicture === pictureInPicture) return;
    this.store.set({ pictureInPicture });
    this.events.emit('floating', { floats: pictureInPicture });
  });
  room: Room | null = null;
  /** How the server wants `reason` of Component View worded for this app; undefined until it answered. */
  reasonStyle: ReasonStyle | undefined;
  private init: 'none' | 'failed' | Promise<void> = 'none';
  private attempt: Attempt | null = null;
  /** A join with other credentials while this page is inside: the server is deciding. */
  private change: Attempt | null = null;
  /** With what the present participant was let in. */
  private credentials = '';
  /** The present participant was taken over while the server decided. */
  private replaced: (() => void) | null = null;
  private seat: { resumeToken: string; server: string; transport: JoinTransport } | null = null;
  /** The meeting is on the page, although sound and pictures may still be on their way. */
  private drawn = false;
  /** The meeting that keeps its host from hosting this one (3711). */
  private running: string | undefined;
  private confirmPreview: ((choice: PreviewChoice | null) => void) | null = null;
  /** What to open once inside. */
  private wishes: DevicesOn = { microphone: 'off', camera: false };
  private readonly early: Milestone[] = [];
  /** Grows when joins that have not begun yet must not begin any more. */
  private epoch = 0;
  private readonly occupant: { meetingNumber: string; view: ViewKind };
  /** What joinAgain repeats. */
  private last: { options: JoinOptions; waiters: readonly JoinWaiter[]; behaviour: () => JoinBehaviour } | null = null;
  /** The app's part of another try at 3711: it may end the meeting of this number. */
  onRetry: ((meetingNumber: string | undefined) => unknown) | null = null;
  private endingForAll = false;
  private askers: ((left: boolean) => void)[] = [];

  constructor(readonly deps: MeetingDeps) {
    this.i18n = deps.i18n;
    this.occupant = { meetingNumber: '', view: deps.view };
  }

  getState = (): MeetingState => this.store.get();
  subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  /** Notes an `init` that runs; `join` awaits it. */
  initialising(work: Promise<void>): void {
    const guarded = work.then(
      () => {
        if (this.store.get().phase === 'idle') this.store.set({ phase: 'initialised' });
        this.deps.memory.warm();
      },
      (error: unknown) => {
        if (this.init === guarded) this.init = 'failed';
        throw error;
      },
    );
    guarded.catch(() => undefined);
    this.init = guarded;
  }

  /** Forgets `init`, as after `destroyClient`. */
  uninitialise(): void {
    this.init = 'none';
    this.last = null;
    this.epoch++;
  }

  /** Whether this page is in a meeting or on the way into one. */
  get busy(): boolean {
    return this.attempt !== null || this.room !== null;
  }

  get current(): { meetingNumber: string } | null {
    return this.busy ? this.occupant : null;
  }

  /** Joins; the waiter is told the outcome. Never rejects. */
  async join(options: JoinOptions, waiter: JoinWaiter, behaviour: () => JoinBehaviour): Promise<void> {
    const { epoch } = this;
    try {
      await this.initialised();
    } catch (error) {
      return this.refuse(waiter, error as SDKError);
    }
    await this.deps.page.leaving;
    if (epoch !== this.epoch) return waiter.refused(this.cancelled());
    const number = cleanNumber(options.meetingNumber);
    const { page } = this.deps;
    if (page.occupant && page.occupant.meetingNumber !== number) {
      return this.refuse(waiter, pageError(3005, 'other_meeting_in_page', `this page is in meeting ${page.occupant.meetingNumber}`));
    }
    const { view } = this.deps;
    if (page.occupant?.view && page.occupant.view !== view) {
      return this.refuse(waiter, pageError(3005, 'other_view_in_page', `this page is already in the meeting through ${page.occupant.view === 'client' ? 'Client View' : 'Component View'}`));
    }
    const credentials = credentialsOf(options);
    const underWay = this.change ?? this.attempt;
    if (underWay?.credentials === credentials) {
      underWay.waiters.push(waiter);
      return underWay.done;
    }
    const attempt: Attempt = { meetingNumber: number, credentials, waiters: [waiter], told: 0, stop: new AbortController(), done: Promise.resolve() };
    if (this.change) {
      // One decision after the other.
      await this.change.done;
      return this.join(options, waiter, behaviour);
    }
    if (this.attempt) {
      await this.giveUp(this.attempt);
      // Whatever has happened meanwhile counts.
      return this.join(options, waiter, behaviour);
    }
    if (this.room && this.credentials === credentials) return waiter.admitted();
    if (this.room) {
      this.change = attempt;
      attempt.done = this.changeOver(attempt, options, behaviour);
      return attempt.done;
    }
    this.occupant.meetingNumber = number;
    page.occupant = this.occupant;
    this.attempt = attempt;
    this.last = { options, waiters: attempt.waiters, behaviour };
    attempt.done = this.run(attempt, options, behaviour());
    return attempt.done;
  }

  /** Ends a join under way for one with other credentials: nobody was told of a meeting yet. */
  private async giveUp(attempt: Attempt): Promise<void> {
    const { room, seat } = this;
    this.attempt = null;
    this.room = null;
    this.seat = null;
    attempt.stop.abort();
    this.release();
    attempt.waiters.slice(attempt.told).forEach((waiter) => waiter.refused(this.cancelled()));
    await this.giveSeatUp(seat, room);
    await attempt.done;
  }

  /** Gives a seat up; its line stays until the server knows, or others would see a loss first. */
  private async giveSeatUp(seat: Meeting['seat'], room: Room | null): Promise<void> {
    if (!seat) return;
    this.deps.memory.forget(seat.server, this.occupant.meetingNumber);
    const given = seat.transport.leave(seat.resumeToken);
    await Promise.all([given, room?.close(given)]);
  }

  /**
   * Joins with other credentials while inside: the server decides afresh and swaps
   * the participants in one step. A refusal is told to its caller alone, and the
   * present participant stays as it is.
   */
  private async changeOver(attempt: Attempt, options: JoinOptions, behaviour: () => JoinBehaviour): Promise<void> {
    const { address, transport } = this.deps.server();
    const former = this.seat;
    let accepted: JoinAccepted;
    try {
      accepted = await this.ask(attempt, options, { waitForHost: false }, address, transport);
    } catch (error) {
      this.change = null;
      const { replaced } = this;
      this.replaced = null;
      const refusal = attempt.stop.signal.aborted ? this.cancelled() : error instanceof SDKError ? error : this.unexpected(error);
      for (const waiter of attempt.waiters) {
        if (attempt.stop.signal.aborted) waiter.refused(refusal);
        else this.refuse(waiter, refusal);
      }
      replaced?.();
      return;
    }
    this.change = null;
    this.replaced = null;
    if (attempt.stop.signal.aborted) {
      attempt.waiters.forEach((waiter) => waiter.refused(this.cancelled()));
      return transport.leave(accepted.resumeToken);
    }
    const { room } = this;
    const { microphone, camera } = this.store.get();
    this.room = null;
    this.seat = null;
    this.drawn = false;
    this.attempt = attempt;
    this.last = { options, waiters: attempt.waiters, behaviour };
    this.occupant.meetingNumber = attempt.meetingNumber;
    this.deps.page.occupant = this.occupant;
    await room?.close();
    if (former && former.server !== address) void former.transport.leave(former.resumeToken);
    await this.run(attempt, options, behaviour(), { accepted, address, transport, wishes: room ? { microphone: microphone === 'on' || microphone === 'muted' ? microphone : 'off', camera: camera === 'on' } : null });
  }

  /** Leaves whatever there is: a meeting, the waiting room, a join under way. Resolves when the seat is given up. */
  async leave(byPerson: boolean, viewGone = false): Promise<void> {
    const { attempt, change, room, seat } = this;
    change?.stop.abort();
    const previewing = this.confirmPreview !== null;
    if (!attempt && !room) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    const phase = this.store.get().phase;
    const reasonCode = phase === 'waitingForHost' ? LeaveReason.selfWaitingForHost : room?.waiting ? LeaveReason.selfInWaitingRoom : LeaveReason.selfInMeeting;
    this.attempt = null;
    this.room = null;
    this.seat = null;
    attempt?.stop.abort();
    const gone = (async () => {
      await this.giveSeatUp(seat, room);
      // A join still under way gives up the seat it may get, before another begins.
      await Promise.all([attempt?.done, change?.done]);
    })();
    this.deps.page.leaving = gone.then(() => undefined, () => undefined);
    attempt?.waiters.slice(attempt.told).forEach((waiter) => waiter.refused(this.cancelled()));
    // Whoever goes from the preview was never there.
    this.finish({ reasonCode: previewing ? null : reasonCode, byPerson, viewGone });
    await gone;
  }

  /** The page took the view away: nobody stays in a meeting that they cannot see or leave. */
  viewGone(why: ViewGone): void {
    if (!this.busy) return;
    log.note(goneWords[why]);
    void this.leave(false, true).catch(() => undefined);
  }

  /** Asks the person whether to leave. Resolves once they have, to false if they stay. */
  askToLeave(): Promise<boolean> {
    this.store.set({ leaveAsked: true });
    return new Promise((resolve) => this.askers.push(resolve));
  }

  /** The person stays after all. */
  stay(): void {
    this.store.set({ leaveAsked: false });
    for (const answer of this.askers.splice(0)) answer(false);
  }

  /** Ends the meeting for everybody, and this page's part in it at once. */
  async endForAll(): Promise<void> {
    const room = this.inside();
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
    this.ended(new SDKError(detailsOf(4004, 'ended_by_host')), LeaveReason.hostEnded);
  }

  /** Joins once more as the person wants it; the app is told what it does not know yet. */
  async joinAgain(passcode?: string): Promise<void> {
    const { last } = this;
    const { failure } = this.store.get();
    if (!last || this.busy || failure?.retrying) return;
    const { behaviour } = last;
    if (passcode !== undefined) this.events.emit('passcode', { passcode });
    const options = passcode === undefined ? last.options : { ...last.options, password: passcode, passwordOption: this.deps.view === 'client' ? 'passWord' : 'password' };
    if (!failure?.joinFailed) return this.join(options, { admitted: () => undefined, refused: () => undefined }, behaviour);
    this.store.set({ failure: { ...failure, retrying: true } });
    if (failure.errorCode === 3711) await this.appRetries();
    if (this.busy || !this.store.get().failure?.retrying) return;
    await this.join(options, repeated(last.waiters, failure.errorCode), behaviour);
    const left = this.store.get().failure;
    if (left?.retrying && !this.busy) this.store.set({ failure: { ...left, retrying: false } });
  }

  /** The app may end the host's other meeting first, and says by its promise when it has. */
  private async appRetries(): Promise<void> {
    const { onRetry, running } = this;
    if (!onRetry) return;
    try {
      await Promise.race([onRetry(running), pause(this.deps.clock, retryPatience)]);
    } catch (error) {
      log.error('onRetryCallback failed', error);
    }
  }

  /** Gives the seat up while the page unloads. */
  leaveOnUnload(): void {
    if (!this.seat) return;
    this.deps.memory.forget(this.seat.server, this.occupant.meetingNumber);
    this.seat.transport.leaveOnUnload(this.seat.resumeToken);
  }

  /**
   * The page is being unloaded: others see that at once. The seat is given up, or
   * kept for a moment so that a reload, or coming back to the page, takes it back.
   */
  unload(leaves: boolean): void {
    if (leaves) this.leaveOnUnload();
    else this.seat?.transport.goodbye(this.seat.resumeToken);
  }

  noteDevicesOn(devices: DevicesOn): void {
    const { seat } = this;
    const place = this.store.get().self?.mediaIdentity;
    if (seat && place) this.deps.memory.rememberDevicesOn(seat.server, this.occupant.meetingNumber, place, devices);
  }

  /** The room, for a call that needs one. Throws CallError as the contract words it. */
  inside(): Room {
    const room = this.seated();
    if (room.reconnecting) throw new CallError('IMPROPER_MEETING_STATE', 'reconnecting');
    return room;
  }

  /** The room, for a call that only reads: a broken line does not hinder it. */
  seated(): Room {
    const { room } = this;
    if (!room || !this.drawn) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
    if (room.waiting) throw new CallError('IMPROPER_MEETING_STATE', 'on hold');
    return room;
  }

  milestone(level: Milestone): void {
    // Media may be ready before the first picture is; nobody is told before `joined`.
    if (this.attempt && level > Milestone.joined) this.early.push(level);
    else this.reached(level);
  }

  private reached(level: Milestone): void {
    this.events.emit('milestone', { level, at: this.deps.clock.now() });
  }

  private async initialised(): Promise<void> {
    if (this.init === 'none') throw pageError(2, 'init_not_called');
    try {
      if (this.init !== 'failed') return await this.init;
    } catch {
      // The app was told why by init itself.
    }
    throw pageError(2, 'init_failed');
  }

  /** A refusal before anything began: no status while a meeting is live, or apps would navigate away. */
  private refuse(waiter: JoinWaiter, error: SDKError): void {
    waiter.refused(error);
    if (this.busy || this.deps.page.occupant) return;
    this.events.emit('status', { status: 3, error: error.details, joinFailed: true });
  }

  private async run(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, decided?: Decided): Promise<void> {
    const { deps } = this;
    const { failure } = this.store.get();
    const joinsAs = typeof options.userName === 'string' ? options.userName : '';
    this.store.set({
      ...freshState(this.store.get()), devices: this.chosenDevices(), switches: deps.memory.switches(), joinsAs, phase: 'joining', failure: failure?.retrying ? failure : null,
    });
    this.events.emit('status', { status: 1, error: null, joinFailed: false });
    this.early.length = 0;
    this.wishes = { microphone: 'off', camera: false };
    this.milestone(Milestone.callJoin);
    try {
      const fault = browserFault(deps.view, deps.facts());
      if (fault) throw fault;
      if (decided) {
        // Whoever was inside keeps the devices on that were on.
        this.wishes = decided.wishes ?? this.wishes;
        const [parts] = await Promise.all([this.parts(), this.view()]);
        if (attempt.stop.signal.aborted) return await decided.transport.leave(decided.accepted.resumeToken);
        return await this.enter(attempt, decided.accepted, parts, decided.address, decided.transport);
      }
      const { address, transport } = deps.server();
      let waitId: string | undefined;
      if (behaviour.preview) {
        const checking = this.check(attempt, options, behaviour, address, transport);
        checking.catch(() => undefined);
        await Promise.all([this.parts(), this.view()]);
        const outlook = await checking;
        if (attempt.stop.signal.aborted) return;
        if (outlook.preview && !(await this.preview(attempt))) return;
        ({ waitId } = outlook);
      }
      // Asked along with the server, so that nothing waits for it.
      const mayJoinAudio = behaviour.joinsAudio ? deps.microphoneAllowed().catch(() => false) : false;
      const asking = this.ask(attempt, options, behaviour, address, transport, waitId);
      asking.catch(() => undefined);
      // A missing chunk is told first, as if nothing had been asked; so is it awaited first.
      const [parts] = await Promise.all([this.parts(), this.view()]).catch((error: unknown) => {
        attempt.stop.abort();
        deps.page.leaving = asking.then(({ resumeToken }) => transport.leave(resumeToken)).catch(() => undefined);
        throw error;
      });
      const accepted = await asking;
      if (this.wishes.microphone === 'off' && (await mayJoinAudio)) this.wishes = { ...this.wishes, microphone: 'muted' };
      if (attempt.stop.signal.aborted) return await transport.leave(accepted.resumeToken);
      await this.enter(attempt, accepted, parts, address, transport);
    } catch (error) {
      // Whoever has left, or destroyed the client, wants nothing drawn any more.
      if (this.attempt !== attempt) return;
      // The view is there before it is told: it may have to show why.
      await deps.prepareView().catch(() => undefined);
      if (this.attempt !== attempt) return;
      this.fail(attempt, error instanceof SDKError ? error : this.unexpected(error));
    }
  }

  private async parts(): Promise<RoomParts> {
    try {
      return await this.deps.loadParts();
    } catch (error) {
      throw await this.blocked(error);
    }
  }

  private async view(): Promise<void> {
    try {
      await this.deps.prepareView();
    } catch (error) {
      throw await this.blocked(error);
    }
  }

  private async blocked(error: unknown): Promise<SDKError> {
    const policy = await this.deps.obstacles.blockedFile();
    if (policy) return pageError(pageFaultCode(this.deps.view), 'csp_blocked', policy);
    return pageError(pageFaultCode(this.deps.view), 'asset_blocked', error instanceof Error ? error.message : String(error));
  }

  private cancelled(): SDKError {
    return pageError(pageFaultCode(this.deps.view), 'cancelled', 'the page left while joining');
  }

  private unexpected(error: unknown): SDKError {
    log.error('an unexpected error stopped the join', error);
    return pageError(pageFaultCode(this.deps.view), 'unexpected', error instanceof Error ? error.message : String(error));
  }

  private request(attempt: Attempt, options: JoinOptions, address: string): JoinRequest {
    const { deps } = this;
    const token = deps.memory.resumeToken(address, attempt.meetingNumber);
    const request: JoinRequest = { ...options, joinId: deps.newId(), view: deps.view, sdkVersion: spokenVersion, deviceId: deps.memory.deviceId() };
    if (token) request.resumeToken = token;
    return request;
  }

  /** Asks the server what the join would come to, so that what refuses it is told before anybody chooses devices. */
  private async check(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, address: string, transport: JoinTransport): Promise<Outlook> {
    const request: JoinRequest = { ...this.request(attempt, options, address), check: true };
    const answer = await transport.join(request, attempt.stop.signal);
    if ('passed' in answer) {
      const { resumes, role, meeting } = answer.passed;
      this.store.set({ awaited: { topic: meeting.topic, scheduleTime: null } });
      return { preview: !resumes && !(meeting.webinar && role === 'attendee') };
    }
    // Let in all the same, by a server that knows no checks: nobody is inside before the preview.
    if (answer.admitted) return transport.leave(answer.accepted.resumeToken).then(() => ({ preview: true }));
    if (answer.details.errorCode !== 3008 || !behaviour.waitForHost) throw new SDKError(answer.details, answer.extras);
    const awaited = answer.extras.result ?? { topic: '', scheduleTime: null, webinar: false };
    this.store.set({ awaited });
    return { preview: !awaited.webinar, waitId: request.joinId };
  }

  /** Shows the preview until it is confirmed; false where the page leaves instead. */
  private async preview(attempt: Attempt): Promise<boolean> {
    const choosing = new Promise<PreviewChoice | null>((resolve) => {
      this.confirmPreview = resolve;
      attempt.stop.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const { background } = this.store.get();
    this.store.set({ phase: 'previewing', failure: null, background: { ...background, supported: this.background.supported } });
    this.milestone(Milestone.preview);
    this.events.emit('preview', { shown: true });
    const choice = await choosing;
    this.confirmPreview = null;
    this.events.emit('preview', { shown: false });
    if (!choice) return false;
    this.milestone(Milestone.previewConfirmed);
    this.wishes = { microphone: choice.microphone ? 'on' : 'off', camera: choice.camera };
    return true;
  }

  /** Asks the server until it lets this page in; waits for the host where that is wanted. */
  private async ask(attempt: Attempt, options: JoinOptions, behaviour: JoinBehaviour, address: string, transport: JoinTransport, waitId?: string): Promise<JoinAccepted> {
    const { deps } = this;
    const { signal } = attempt.stop;
    for (let waiting = false; ; ) {
      const request = this.request(attempt, options, address);
      if (waitId) request.waitId = waitId;
      let refusal: SDKError;
      try {
        const answer = await transport.join(request, signal);
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
      // Whoever waits goes on waiting through a hiccup of the network or the server.
      const wait = behaviour.waitForHost && (refusal.code === 3008 || (waiting && (refusal.code === 3621 || refusal.code === 4009)));
      if (!wait || signal.aborted) throw refusal;
      if (!waiting) this.beginWaiting(attempt, refusal);
      waiting = true;
      waitId ??= request.joinId;
      await pause(deps.clock, refusal.details.retryAfter ? refusal.details.retryAfter * 1000 : waitingPoll, signal);
      if (signal.aborted) throw refusal;
    }
  }

  /** A refused join as the view shows it, with a link that works from the app's page. */
  private failureOf(error: SDKError): Failure {
    const { docs } = error.details;
    const failure: Failure = { ...error.details, joinFailed: true };
    // Servers say what they saw in development mode only.
    if (error.extras.alsoFailing || (error.extras.evidence && error.details.attemptId) || log.verbose) failure.forDevelopers = true;
    if (docs) failure.docs = new URL(docs, this.deps.server().address).href;
    if (error.extras.evidence) failure.evidence = error.extras.evidence;
    return failure;
  }

  private beginWaiting(attempt: Attempt, refusal: SDKError): void {
    this.store.set({ phase: 'waitingForHost', awaited: refusal.extras.result ?? { topic: '', scheduleTime: null }, failure: null });
    this.milestone(Milestone.waitingForHost);
    attempt.told = attempt.waiters.length;
    for (const waiter of attempt.waiters) waiter.notStarted?.(refusal);
  }

  private async enter(attempt: Attempt, accepted: JoinAccepted, parts: RoomParts, address: string, transport: JoinTransport): Promise<void> {
    const { deps } = this;
    for (const warning of accepted.warnings) log.noteOnce(warning);
    this.reasonStyle = accepted.reasonStyle;
    const seat = { resumeToken: accepted.resumeToken, server: address, transport };
    this.seat = seat;
    deps.memory.remember(address, attempt.meetingNumber, accepted.resumeToken);
    this.credentials = attempt.credentials;
    let handlers: RoomHandlers | undefined;
    await new Promise<void>((resolve, reject) => {
      let over = false;
      const settled = (): void => {
        over = true;
        late();
        mediaLate();
      };
      const fail = (error: SDKError): void => {
        if (over) return;
        settled();
        // Nobody waits inside for a page that does not come.
        void this.giveSeatUp(seat, room);
        reject(error);
      };
      const late = deps.clock.after(entryTimeout, () => {
        void deps.obstacles.find(accepted.realtime.url).then((found) =>
          fail(pageError(3621, found?.cause ?? 'unreachable', found?.evidence ?? 'the join was admitted, but the control channel could not be opened')),
        );
      });
      const mediaLate = deps.clock.after(mediaTimeout, () => {
        void room.cause().then(({ cause, evidence }) => fail(pageError(3621, cause === 'server_gone' ? 'unreachable' : cause, evidence)));
      });
      handlers = roomHandlers(this, {
        ready: () => {
          late();
          if (this.attempt !== attempt) return;
          this.drawn = true;
          this.store.set({ phase: this.phase(), awaited: null, failure: null });
        },
        complete: () => {
          settled();
          resolve();
        },
        ended: (error) => fail(error),
      });
      const devicesOn = this.devicesToOpen(attempt, accepted, address);
      const room: Room = new Room({ clock: deps.clock, newId: deps.newId, parts, transport, accepted, server: address, obstacles: deps.obstacles, handlers, devicesOn });
      room.media.setSharedSound(this.shareSound);
      if (this.videoLimit !== 720) room.media.setVideoLimit(this.videoLimit);
      void this.background.carryOver((background) => room.media.setBackground(background));
      this.room = room;
      attempt.stop.signal.addEventListener('abort', () => (settled(), resolve()), { once: true });
      room.start();
    }).catch((error: unknown) => {
      this.room = null;
      this.seat = null;
      throw error;
    });
    if (this.attempt !== attempt) return;
    this.store.set({ phase: this.phase(), awaited: null });
    // What apps do once they are told may look for the meeting in the document.
    await deps.viewDrawn().catch(() => undefined);
    if (this.attempt !== attempt) return;
    this.attempt = null;
    const waiting = this.room?.waiting === true;
    this.milestone(waiting ? Milestone.waitingRoom : Milestone.joined);
    for (const level of this.early.splice(0)) this.reached(level);
    for (const waiter of attempt.waiters) waiter.admitted();
    if (!waiting) this.found(true);
    this.events.emit('status', { status: 2, error: null, joinFailed: false });
    const { self } = this.store.get();
    if (waiting && self) this.events.emit('waitingRoom', { participant: self, self: true, waiting: true });
    // Sound and pictures may have failed before there was anybody to tell.
    const loss = this.room?.loss;
    if (loss) handlers?.lost(loss.link, loss.since);
  }

  /** What to open inside: what was on when the page was left, else what was chosen before the meeting. */
  private devicesToOpen({ meetingNumber }: Attempt, { participant, meeting }: JoinAccepted, address: string): DevicesOn | null {
    const { memory } = this.deps;
    const place = participant.mediaIdentity;
    const before = memory.devicesOn(address, meetingNumber, place);
    // A webinar's audience watches and listens.
    if (before || (meeting.kind === 'webinar' && participant.role === 'attendee')) return before;
    memory.rememberDevicesOn(address, meetingNumber, place, this.wishes);
    return this.wishes;
  }

  /** Tells who is inside, oneself first; those who were known before are not told again. */
  found(everybody: boolean): void {
    const { self, participants } = this.store.get();
    if (!self) return;
    const own = participants.find((p) => p.userId === self.userId) ?? self;
    const others = everybody ? participants.filter((p) => p.userId !== self.userId) : [];
    this.events.emit('usersFound', [own, ...others]);
  }

  /** Whether the page is on its way in: admitted perhaps, but the app was not told yet. */
  get entering(): boolean {
    return this.attempt !== null;
  }

  /** The phase of a seat that is held, reconnecting aside. */
  phase(): 'waitingRoom' | 'inMeeting' {
    return this.room?.waiting ? 'waitingRoom' : 'inMeeting';
  }

  /** Keeps the choice of devices for later meetings in this browser. */
  rememberDevices(): void {
    this.deps.memory.rememberDevices(this.store.get().devices);
  }

  private chosenDevices(): MeetingState['devices'] {
    const { devices } = this.store.get();
    const known = this.deps.memory.devices();
    return { ...devices, microphone: devices.microphone || known.microphone, camera: devices.camera || known.camera, speaker: devices.speaker || known.speaker };
  }

  /** Confirms the preview: only now the page joins. The preview stays on the page until it is let in. */
  finishPreview(choice: PreviewChoice): void {
    if (!this.confirmPreview) return;
    const { devices } = this.store.get();
    this.store.set({ devices: { ...devices, microphone: choice.microphoneId, camera: choice.cameraId, speaker: choice.speakerId }, switches: choice.switches });
    this.rememberDevices();
    this.deps.memory.rememberSwitches(choice.switches);
    this.confirmPreview(choice);
  }

  private fail(attempt: Attempt, error: SDKError): void {
    this.attempt = null;
    this.release();
    this.reasonStyle = error.extras.reasonStyle ?? this.reasonStyle;
    if (error.code === 3009 || error.code === 4004) this.deps.memory.forget(this.deps.server().address, attempt.meetingNumber);
    this.running = error.extras.result?.meetingNumber;
    this.store.set({ phase: 'initialised', awaited: null, leaveAsked: false, failure: this.failureOf(error) });
    this.overNow();
    for (const waiter of attempt.waiters) waiter.refused(error);
    this.events.emit('status', { status: 3, error: error.details, joinFailed: true });
    this.events.emit('over', { joinFailed: true, byPerson: false, error: error.details });
  }

  /** The meeting ended from outside: by a host, the server or the network. */
  ended(error: SDKError | null, reasonCode: LeaveReason): void {
    const { attempt, seat } = this;
    if (this.change && !attempt && reasonCode === LeaveReason.transferred) {
      // As a rule by the very join that is being decided.
      this.replaced = () => this.ended(error, reasonCode);
      return;
    }
    this.room = null;
    this.seat = null;
    if (attempt) {
      // Let in and already out again: the app has not been told of a meeting, so the join failed.
      attempt.stop.abort();
      return this.fail(attempt, error ?? new SDKError(detailsOf(4001, 'seat_lost')));
    }
    // Whoever has given up is waited for by nobody, if that still gets through.
    if (seat && error?.code === 4001) void seat.transport.leave(seat.resumeToken);
    // After a broken line the seat may be taken back; every other end is final.
    if (seat && error?.code !== 4001) this.deps.memory.forget(seat.server, this.occupant.meetingNumber);
    this.finish({ reasonCode, byPerson: this.endingForAll && reasonCode === LeaveReason.hostEnded, error });
  }

  private finish(end: { reasonCode: LeaveReason | null; byPerson: boolean; error?: SDKError | null; viewGone?: boolean }): void {
    const error = end.error?.details ?? null;
    this.release();
    this.store.set({
      ...freshState(this.store.get()),
      phase: 'ended',
      chat: this.store.get().chat,
      failure: error ? { ...error, joinFailed: false } : null,
      takenOver: end.reasonCode === LeaveReason.transferred,
    });
    const reason = end.reasonCode === LeaveReason.transferred ? 'taken_over' : 'left';
    if (end.reasonCode !== null) this.events.emit('selfLeft', { reasonCode: end.reasonCode });
    this.events.emit('status', { status: 3, error, joinFailed: false, ...(error ? {} : { reason }) });
    this.events.emit('over', { joinFailed: false, byPerson: end.byPerson, error, viewGone: end.viewGone === true });
    this.overNow();
  }

  /** Whoever was asked whether to leave is out now, however that came. */
  private overNow(): void {
    for (const answer of this.askers.splice(0)) answer(true);
  }

  private release(): void {
    this.drawn = false;
    this.endingForAll = false;
    if (this.deps.page.occupant === this.occupant) this.deps.page.occupant = null;
  }
}

/** The waiters of a join that is tried again: whoever was told of its refusal is not told the same once more. */
function repeated(waiters: readonly JoinWaiter[], known: number): JoinWaiter {
  return {
    admitted: () => waiters.forEach((waiter) => waiter.admitted()),
    refused: (error) => waiters.forEach((waiter) => error.code === known || error.details.cause === 'cancelled' || waiter.refused(error)),
    notStarted: (error) => waiters.forEach((waiter) => waiter.notStarted?.(error)),
  };
}
