import type { CreatedMeeting, Environment } from '../core/create-meeting';
import { createMeeting } from '../core/create-meeting';
import { detectCapabilities } from '../core/browser';
import { requireBoolean, requireText, requireUserId } from '../core/arguments';
import { callSafely } from '../core/emitter';
import type { ReasonStyle } from '../core/errors';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import type { ChatMessage } from '../core/model';
import type { PublicParticipant } from '../core/public-participant';
import { publicParticipant, publicRoster } from '../core/public-participant';
import { warnUnknownOptions } from '../core/option-names';
import { warnIgnoredOptions, notSupported } from '../core/unsupported';
import { compatibility } from '../core/requirements';
import { isIgnoredVendorAddress } from '../core/server';
import { asRecord } from '../core/wire';
import type { PublicChat } from './events';
import { ClientEvents, publicChat } from './events';
import { createFeatureMethods } from './feature-methods';
import { callFailure, joinFailure } from './failures';
import { customizeBranches, customizeNames, acceptedInitOptions, ignoredCustomize, joinOptionNames, joinOptionsOf, mergedVideo, supportedInitOptions, videoOptionsOf, viewOptionsOf, viewTypeOf } from './options';
import type { UnsupportedMethod } from './unsupported';
import { unsupportedMethods } from './unsupported';

/** How long to wait for the echo of a sent message before a local copy is returned. */
const echoTimeout = 5_000;

/** One client of Component View; `createClient` gives it out. */
export function createEmbeddedClient(environment: Environment) {
  const created: CreatedMeeting = createMeeting('component', environment);
  const { meeting, viewMount } = created;
  const { actions } = meeting;
  const events = new ClientEvents();
  let root: HTMLElement | null = null;
  let reasonStyle: ReasonStyle | undefined;
  let unloadLeaves = false;
  events.forwardEvents(meeting, () => reasonStyle);
  viewMount.setRoot(() => root);
  const onPageHide = (): void => meeting.unload(unloadLeaves);
  globalThis.addEventListener?.('pagehide', onPageHide);
  meeting.events.on('passcode', ({ passcode }) => viewMount.update({ passcode }));
  // The app's element is the app's again once the meeting is over, or its refusal closed.
  meeting.events.on('finished', ({ joinFailed, byUser, viewRemoved }) => {
    if (!joinFailed && (byUser || viewRemoved || !viewMount.options.keepEndedPage)) viewMount.hide();
  });
  meeting.events.on('failureDismissed', () => viewMount.hide());

  const toResult = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return '';
    } catch (error) {
      throw callFailure(error);
    }
  };
  const state = (): ReturnType<typeof meeting.getState> => meeting.getState();

  async function initialise(args: unknown): Promise<void> {
    const options = asRecord(args) ?? {};
    warnUnknownOptions('init', options, [...supportedInitOptions, ...acceptedInitOptions]);
    const customize = asRecord(options.customize) ?? {};
    warnUnknownOptions('customize', customize, customizeNames);
    warnIgnoredOptions('init', customizeBranches(customize), ignoredCustomize);
    if (options.debug === true) log.setLevel('info');
    if (!isElement(options.zoomAppRoot)) throw new CallError('INVALID_PARAMETERS', 'zoomAppRoot must be an element of the page');
    root = options.zoomAppRoot;
    reasonStyle = options.reasonStyle === 'name' || options.reasonStyle === 'sentence' ? options.reasonStyle : undefined;
    unloadLeaves = options.leaveOnPageUnload === true;
    isIgnoredVendorAddress('assetPath', options.assetPath);
    created.setEndpoint(options.webEndpoint);
    meeting.i18n.setLanguage(options.language);
    const view = viewOptionsOf(options);
    viewMount.update(view);
    meeting.shareSound = view.hideShareAudioOption !== true;
    viewMount.preload();
    // `join` reports a blocked file, with its own code.
    await viewMount.show().catch((error: unknown) => log.error(error instanceof Error ? error.message : error));
  }

  const supported = {
    /** Sets the client up and mounts it. May be called again, e.g. with another element after a remount. */
    init(args?: unknown): Promise<string> {
      const work = initialise(args);
      meeting.trackInit(work);
      return toResult(() => work);
    },
    /** Joins. Rejects with a JoinFailure. */
    join(args?: unknown): Promise<string> {
      const { success, error: failed } = asRecord(args) ?? {};
      warnUnknownOptions('join', asRecord(args) ?? {}, joinOptionNames);
      warnIgnoredOptions('join', asRecord(args) ?? {}, { recordingToken: 'recordingToken' });
      const options = joinOptionsOf(args);
      viewMount.update({ passcode: typeof options.password === 'string' ? options.password : '' });
      return new Promise((resolve, reject) => {
        const observer = {
          admitted() {
            if (typeof success === 'function') callSafely(() => (success as (answer: string) => unknown)(''));
            resolve('');
          },
          refused(error: Parameters<typeof joinFailure>[0]) {
            const failure = joinFailure(error, reasonStyle);
            if (typeof failed === 'function') callSafely(() => (failed as (answer: unknown) => unknown)(failure));
            reject(failure);
          },
        };
        void meeting.join(options, observer, () => ({ waitForHost: false }));
      });
    },
    /** Leaves; a host may name the next host. */
    leaveMeeting: (nextHost?: unknown): Promise<string> =>
      toResult(async () => {
        const names = nextHost != null && typeof nextHost !== 'object' && state().self?.role === 'host';
        await actions.leave(names ? requireUserId(nextHost) : undefined);
      }),
    endMeeting: (): Promise<string> => toResult(() => actions.end()),
    on: (event?: unknown, callback?: unknown): void => events.on(event, callback),
    off: (event?: unknown, callback?: unknown): void => events.off(event, callback),
    checkSystemRequirements(): { audio: boolean; video: boolean; screen: boolean } {
      return compatibility((environment.detectCapabilities ?? detectCapabilities)());
    },

    getCurrentUser(): PublicParticipant | null {
      const { self } = state();
      return self ? publicParticipant(self, state().participants) : null;
    },
    getAttendeeslist: (): PublicParticipant[] => publicRoster(state().participants, state().self),
    isHost: (): boolean => state().self?.role === 'host',
    isCoHost: (): boolean => state().self?.role === 'cohost',
    isOriginHost: (): boolean => state().self?.originHost === true,
    getBreakoutRoomList: (): never[] => [],
    getCurrentBreakoutRoom: (): Record<string, never> => ({}),
    getBreakoutRoomOptions: (): Record<string, never> => ({}),
    getBreakoutRoomStatus: (): number => 1,
    getUserStatus: (): string => 'initial',
    isBrowserSupportPTZ: (): boolean => false,
    getCameraPTZCapability: (): object => ({ pan: false, tilt: false, zoom: false }),
    getFarEndCameraPTZCapability: (): object => ({ pan: false, tilt: false, zoom: false }),
    getCurrentMeetingInfo(): object {
      const { session } = state();
      return {
        meetingNumber: session ? Number(session.meetingNumber) : 0,
        password: session ? (session.passcode ?? viewMount.options.passcode) : '',
        telPwd: '',
        meetingTopic: session?.topic ?? '',
        lang: meeting.i18n.language,
        meetingId: session?.sessionId ?? '',
        webEndpoint: created.server(),
        userName: '',
        userId: 0,
        userEmail: '',
        inviteEmail: '',
        customerKey: '',
        encryptionType: '',
        region: '',
        network: '',
        participantId: 0,
        recordingInfo: undefined,
        isInMeeting: session !== null && meeting.room?.waiting === false,
      };
    },

    stopAudio: (): Promise<string> => toResult(() => meeting.requireConnected().media.stopAudio()),
    mute: (mute?: unknown, userId?: unknown): Promise<string> =>
      toResult(() => actions.mute(userId == null ? (meeting.requireConnected(), state().self?.userId ?? 0) : requireUserId(userId), requireBoolean(mute, 'mute'))),
    muteAll: (muteAll?: unknown): Promise<string> => toResult(() => actions.muteAll(requireBoolean(muteAll, 'muteAll'))),
    rename: (newName?: unknown, userId?: unknown): Promise<string> => toResult(() => actions.rename(requireUserId(userId), requireText(newName, 'newName'))),
    expel: (userId?: unknown): Promise<string> => toResult(() => actions.remove(requireUserId(userId))),
    lockMeeting: (lock?: unknown): Promise<string> => toResult(() => actions.lock(requireBoolean(lock, 'lockMeeting'))),
    makeHost: (userId?: unknown): Promise<string> => toResult(() => actions.setRole(requireUserId(userId), 'host')),
    makeCoHost: (userId?: unknown): Promise<string> => toResult(() => actions.setRole(requireUserId(userId), 'cohost')),
    revokeCoHost: (userId?: unknown): Promise<string> => toResult(() => actions.setRole(requireUserId(userId), 'attendee')),
    admit: (userId?: unknown): Promise<string> => toResult(() => actions.admit(requireUserId(userId))),
    admitAll: (): Promise<string> => toResult(() => actions.admitAll()),
    putOnHold: (userId?: unknown, hold?: unknown): Promise<string> => toResult(() => actions.hold(requireUserId(userId), requireBoolean(hold, 'hold'))),
    /** Sends a text; resolves to the sent message. */
    async sendChat(text?: unknown, userId?: unknown): Promise<PublicChat> {
      try {
        meeting.requireConnected();
        if (state().session?.kind === 'webinar') throw new CallError('INVALID_OPERATION', 'sendChat is for meetings, not for webinars');
        const sentence = requireText(text, 'chatMessage');
        const to = userId == null || userId === 0 ? undefined : requireUserId(userId);
        return await sendAndAwaitEcho(sentence, to);
      } catch (error) {
        throw callFailure(error);
      }
    },
    setViewType: (viewType?: unknown): Promise<string> =>
      toResult(() => {
        const defaultView = viewTypeOf(viewType);
        if (!defaultView) throw new CallError('INVALID_PARAMETERS', 'viewType is not a layout');
        viewMount.setLayout(defaultView);
      }),
    updateVideoOptions(videoOptions?: unknown): void {
      if (!viewMount.shown) throw callFailure(new CallError('IMPROPER_MEETING_STATE', 'the view is not mounted'));
      const { defaultViewType, ...video } = videoOptionsOf('updateVideoOptions', videoOptions);
      if (defaultViewType != null) log.warnOnce('updateVideoOptions: defaultViewType applies only at init; setViewType changes the layout');
      const { customize } = viewMount.options;
      viewMount.update({ customize: { ...customize, video: mergedVideo(asRecord(customize.video) ?? {}, video) } });
    },
    async getLanguageTranslation(language?: unknown): Promise<unknown> {
      try {
        const name = requireText(language, 'lng');
        await meeting.i18n.ready(name);
        return meeting.i18n.all(name);
      } catch (error) {
        throw callFailure(error);
      }
    },
    updateLanguageTranslation: (language?: unknown, texts?: unknown): Promise<string> =>
      toResult(() => {
        if (!asRecord(texts)) throw new CallError('INVALID_PARAMETERS', 'userLangDict is not an object of strings');
        meeting.i18n.add(requireText(language, 'lng'), texts);
      }),
  };

  /** Sends a message and waits for its own echo, which has its id and time. */
  async function sendAndAwaitEcho(text: string, userId: number | undefined): Promise<PublicChat> {
    const own = state().self?.userId;
    // The server leaves out what is blank at the end.
    const trimmed = text.replace(/[ \t\r\n]+$/, '');
    const echo = new Promise<ChatMessage>((resolve) => {
      const stop = meeting.events.on('chat', (message) => {
        if (message.sender.userId !== own || message.text !== trimmed || (message.receiver?.userId ?? undefined) !== userId) return;
        stop();
        resolve(message);
      });
      meeting.deps.clock.after(echoTimeout, () => {
        stop();
        const receiver = userId === undefined ? null : { userId, name: state().participants.find((p) => p.userId === userId)?.userName ?? '' };
        resolve({ id: '', text: trimmed, sentAt: new Date(meeting.deps.clock.now()).toISOString(), sender: { userId: own ?? 0, name: state().self?.userName ?? '' }, receiver });
      });
    });
    await actions.sendChat(text, userId);
    return publicChat(await echo);
  }

  const unsupported = Object.fromEntries(
    Object.entries(unsupportedMethods).map(([method, reason]) => [
      method,
      () =>
        toResult(() => {
          throw notSupported(method, reason);
        }),
    ]),
  ) as Record<UnsupportedMethod, (...args: unknown[]) => Promise<string>>;

  /** Leaves and takes the view away; for `destroyClient`. */
  const destroy = (): void => {
    if (meeting.busy) void meeting.leave(false).catch(() => undefined);
    viewMount.hide();
    meeting.resetInit();
    events.clear();
    globalThis.removeEventListener?.('pagehide', onPageHide);
  };

  return { client: { ...unsupported, ...createFeatureMethods(meeting, toResult), ...supported }, destroy };
}

/** An element of this page or of another window, as a popup has. */
function isElement(value: unknown): value is HTMLElement {
  return typeof value === 'object' && value !== null && (value as Node).nodeType === 1;
}

/** The object that apps know as the client. */
export type EmbeddedClient = ReturnType<typeof createEmbeddedClient>['client'];
