import type { Assembly, Surroundings } from '../core/assemble';
import { assemble } from '../core/assemble';
import { browserFacts } from '../core/browser';
import { flagOf, textOf, userIdOf } from '../core/calls';
import { callSafely } from '../core/emitter';
import type { ReasonStyle } from '../core/errors';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import type { ChatMessage } from '../core/model';
import type { PublicParticipant } from '../core/people';
import { publicParticipant, roster } from '../core/people';
import { noteUnknownOptions } from '../core/option-names';
import { noteIdleOptions, notSupported } from '../core/refused';
import { compatibility } from '../core/requirements';
import { ignoredVendorAddress } from '../core/server';
import { fieldsOf } from '../core/wire';
import type { PublicChat } from './events';
import { ClientEvents, publicChat } from './events';
import { insideMethods } from './inside';
import { callFailure, joinFailure } from './failures';
import { customizeBranches, customizeNames, givenInitOptions, idleCustomize, joinOptionNames, joinOptionsOf, mergedVideo, obeyedInitOptions, videoOptionsOf, viewOptionsOf, viewTypeOf } from './options';
import type { UnsupportedMethod } from './unsupported';
import { unsupportedMethods } from './unsupported';

/** How long a sent message is waited for before its own copy stands in for it. */
const echoTimeout = 5_000;

/** One client of Component View; `createClient` gives it out. */
export function createEmbeddedClient(surroundings: Surroundings) {
  const assembly: Assembly = assemble('component', surroundings);
  const { meeting, screen } = assembly;
  const { actions } = meeting;
  const events = new ClientEvents();
  let root: HTMLElement | null = null;
  let style: ReasonStyle | undefined;
  let unloadLeaves = false;
  events.follow(meeting, () => style);
  screen.place(() => root);
  const onPageHide = (): void => meeting.unload(unloadLeaves);
  globalThis.addEventListener?.('pagehide', onPageHide);
  meeting.events.on('passcode', ({ passcode }) => screen.update({ passcode }));
  // The app's element is the app's again once the meeting is over, or its refusal closed.
  meeting.events.on('over', ({ joinFailed, byPerson, viewGone }) => {
    if (!joinFailed && (byPerson || viewGone || !screen.options.keepEndedPage)) screen.hide();
  });
  meeting.events.on('failureDismissed', () => screen.hide());

  const done = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return '';
    } catch (error) {
      throw callFailure(error);
    }
  };
  const state = (): ReturnType<typeof meeting.getState> => meeting.getState();

  async function setUp(args: unknown): Promise<void> {
    const options = fieldsOf(args) ?? {};
    noteUnknownOptions('init', options, [...obeyedInitOptions, ...givenInitOptions]);
    const customize = fieldsOf(options.customize) ?? {};
    noteUnknownOptions('customize', customize, customizeNames);
    noteIdleOptions('init', customizeBranches(customize), idleCustomize);
    if (options.debug === true) log.setLevel('info');
    if (!isElement(options.zoomAppRoot)) throw new CallError('INVALID_PARAMETERS', 'zoomAppRoot must be an element of the page');
    root = options.zoomAppRoot;
    style = options.reasonStyle === 'name' || options.reasonStyle === 'sentence' ? options.reasonStyle : undefined;
    unloadLeaves = options.leaveOnPageUnload === true;
    ignoredVendorAddress('assetPath', options.assetPath);
    assembly.setEndpoint(options.webEndpoint);
    meeting.i18n.use(options.language);
    const view = viewOptionsOf(options);
    screen.update(view);
    meeting.shareSound = view.hideShareAudioOption !== true;
    screen.preload();
    // A blocked file is told by join, with its own code.
    await screen.show().catch((error: unknown) => log.error(error instanceof Error ? error.message : error));
  }

  const supported = {
    /** Sets the client up and mounts it. May be called again, e.g. with another element after a remount. */
    init(args?: unknown): Promise<string> {
      const work = setUp(args);
      meeting.initialising(work);
      return done(() => work);
    },
    /** Joins. Rejects with a JoinFailure. */
    join(args?: unknown): Promise<string> {
      const { success, error: failed } = fieldsOf(args) ?? {};
      noteUnknownOptions('join', fieldsOf(args) ?? {}, joinOptionNames);
      noteIdleOptions('join', fieldsOf(args) ?? {}, { recordingToken: 'recordingToken' });
      const options = joinOptionsOf(args);
      screen.update({ passcode: typeof options.password === 'string' ? options.password : '' });
      return new Promise((resolve, reject) => {
        const waiter = {
          admitted() {
            if (typeof success === 'function') callSafely(() => (success as (answer: string) => unknown)(''));
            resolve('');
          },
          refused(error: Parameters<typeof joinFailure>[0]) {
            const failure = joinFailure(error, style);
            if (typeof failed === 'function') callSafely(() => (failed as (answer: unknown) => unknown)(failure));
            reject(failure);
          },
        };
        void meeting.join(options, waiter, () => ({ waitForHost: false }));
      });
    },
    /** Leaves; a host may name the next host. */
    leaveMeeting: (nextHost?: unknown): Promise<string> =>
      done(async () => {
        const names = nextHost != null && typeof nextHost !== 'object' && state().self?.role === 'host';
        await actions.leave(names ? userIdOf(nextHost) : undefined);
      }),
    endMeeting: (): Promise<string> => done(() => actions.end()),
    on: (event?: unknown, callback?: unknown): void => events.on(event, callback),
    off: (event?: unknown, callback?: unknown): void => events.off(event, callback),
    checkSystemRequirements(): { audio: boolean; video: boolean; screen: boolean } {
      return compatibility((surroundings.facts ?? browserFacts)());
    },

    getCurrentUser(): PublicParticipant | null {
      const { self } = state();
      return self ? publicParticipant(self, state().participants) : null;
    },
    getAttendeeslist: (): PublicParticipant[] => roster(state().participants, state().self),
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
        password: session ? (session.passcode ?? screen.options.passcode) : '',
        telPwd: '',
        meetingTopic: session?.topic ?? '',
        lang: meeting.i18n.language,
        meetingId: session?.sessionId ?? '',
        webEndpoint: assembly.server(),
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

    stopAudio: (): Promise<string> => done(() => meeting.inside().media.stopAudio()),
    mute: (mute?: unknown, userId?: unknown): Promise<string> =>
      done(() => actions.mute(userId == null ? (meeting.inside(), state().self?.userId ?? 0) : userIdOf(userId), flagOf(mute, 'mute'))),
    muteAll: (muteAll?: unknown): Promise<string> => done(() => actions.muteAll(flagOf(muteAll, 'muteAll'))),
    rename: (newName?: unknown, userId?: unknown): Promise<string> => done(() => actions.rename(userIdOf(userId), textOf(newName, 'newName'))),
    expel: (userId?: unknown): Promise<string> => done(() => actions.remove(userIdOf(userId))),
    lockMeeting: (lock?: unknown): Promise<string> => done(() => actions.lock(flagOf(lock, 'lockMeeting'))),
    makeHost: (userId?: unknown): Promise<string> => done(() => actions.setRole(userIdOf(userId), 'host')),
    makeCoHost: (userId?: unknown): Promise<string> => done(() => actions.setRole(userIdOf(userId), 'cohost')),
    revokeCoHost: (userId?: unknown): Promise<string> => done(() => actions.setRole(userIdOf(userId), 'attendee')),
    admit: (userId?: unknown): Promise<string> => done(() => actions.admit(userIdOf(userId))),
    admitAll: (): Promise<string> => done(() => actions.admitAll()),
    putOnHold: (userId?: unknown, hold?: unknown): Promise<string> => done(() => actions.hold(userIdOf(userId), flagOf(hold, 'hold'))),
    /** Sends a text; resolves to the sent message. */
    async sendChat(text?: unknown, userId?: unknown): Promise<PublicChat> {
      try {
        meeting.inside();
        if (state().session?.kind === 'webinar') throw new CallError('INVALID_OPERATION', 'sendChat is for meetings, not for webinars');
        const sentence = textOf(text, 'chatMessage');
        const to = userId == null || userId === 0 ? undefined : userIdOf(userId);
        return await sent(sentence, to);
      } catch (error) {
        throw callFailure(error);
      }
    },
    setViewType: (viewType?: unknown): Promise<string> =>
      done(() => {
        const defaultView = viewTypeOf(viewType);
        if (!defaultView) throw new CallError('INVALID_PARAMETERS', 'viewType is not a layout');
        screen.setLayout(defaultView);
      }),
    updateVideoOptions(videoOptions?: unknown): void {
      if (!screen.shown) throw callFailure(new CallError('IMPROPER_MEETING_STATE', 'the view is not mounted'));
      const { defaultViewType, ...video } = videoOptionsOf('updateVideoOptions', videoOptions);
      if (defaultViewType != null) log.noteOnce('updateVideoOptions: defaultViewType applies only at init; setViewType changes the layout');
      const { customize } = screen.options;
      screen.update({ customize: { ...customize, video: mergedVideo(fieldsOf(customize.video) ?? {}, video) } });
    },
    async getLanguageTranslation(language?: unknown): Promise<unknown> {
      try {
        const name = textOf(language, 'lng');
        await meeting.i18n.ready(name);
        return meeting.i18n.all(name);
      } catch (error) {
        throw callFailure(error);
      }
    },
    updateLanguageTranslation: (language?: unknown, words?: unknown): Promise<string> =>
      done(() => {
        if (!fieldsOf(words)) throw new CallError('INVALID_PARAMETERS', 'userLangDict is not an object of strings');
        meeting.i18n.add(textOf(language, 'lng'), words);
      }),
  };

  /** Sends a message and waits for its own echo, which has its id and time. */
  async function sent(text: string, userId: number | undefined): Promise<PublicChat> {
    const own = state().self?.userId;
    // The server leaves out what is blank at the end.
    const kept = text.replace(/[ \t\r\n]+$/, '');
    const echo = new Promise<ChatMessage>((resolve) => {
      const stop = meeting.events.on('chat', (message) => {
        if (message.sender.userId !== own || message.text !== kept || (message.receiver?.userId ?? undefined) !== userId) return;
        stop();
        resolve(message);
      });
      meeting.deps.clock.after(echoTimeout, () => {
        stop();
        const receiver = userId === undefined ? null : { userId, name: state().participants.find((p) => p.userId === userId)?.userName ?? '' };
        resolve({ id: '', text: kept, sentAt: new Date(meeting.deps.clock.now()).toISOString(), sender: { userId: own ?? 0, name: state().self?.userName ?? '' }, receiver });
      });
    });
    await actions.sendChat(text, userId);
    return publicChat(await echo);
  }

  const refusing = Object.fromEntries(
    Object.entries(unsupportedMethods).map(([method, reason]) => [
      method,
      () =>
        done(() => {
          throw notSupported(method, reason);
        }),
    ]),
  ) as Record<UnsupportedMethod, (...args: unknown[]) => Promise<string>>;

  /** Leaves and takes the view away; for `destroyClient`. */
  const destroy = (): void => {
    if (meeting.busy) void meeting.leave(false).catch(() => undefined);
    screen.hide();
    meeting.uninitialise();
    events.clear();
    globalThis.removeEventListener?.('pagehide', onPageHide);
  };

  return { client: { ...refusing, ...insideMethods(meeting, done), ...supported }, destroy };
}

/** An element of this page or of another window, as a popup has. */
function isElement(value: unknown): value is HTMLElement {
  return typeof value === 'object' && value !== null && (value as Node).nodeType === 1;
}

/** The object that apps know as the client. */
export type EmbeddedClient = ReturnType<typeof createEmbeddedClient>['client'];
