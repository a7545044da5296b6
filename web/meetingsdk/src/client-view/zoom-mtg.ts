import type { Surroundings } from '../core/assemble';
import { assemble } from '../core/assemble';
import { browserFacts } from '../core/browser';
import { flagOf, textOf, userIdOf } from '../core/calls';
import { realClock } from '../core/clock';
import { callSafely } from '../core/emitter';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import { spokenVersion } from '../core/meeting';
import { publicParticipant, roster } from '../core/people';
import { features, browserName, systemRequirements } from '../core/requirements';
import { noteUnknownOptions } from '../core/option-names';
import { pageOption, pagePlace, pageUrl } from '../core/page-url';
import { noteIdleOptions, notSupported } from '../core/refused';
import { ignoredVendorAddress } from '../core/server';
import { fieldsOf } from '../core/wire';
import type { Callbacks, SuccessAnswer } from './calls';
import { hasCallbacks, run, successAnswer, tell } from './calls';
import { ClientJoin } from './join';
import { createI18n } from './i18n';
import { insideCalls } from './inside';
import { signInPage, signsInPage } from './legacy';
import { ServiceListeners } from './listener';
import { givenInitOptions, idleInitOptions, obeyedInitOptions, viewOptionsOf } from './options';
import { clientRoot, ensureRoots } from './root';
import type { UnsupportedFunction } from './unsupported';
import { unsupportedFunctions } from './unsupported';

type Args = Record<string, unknown> & Callbacks;
type Answer = Promise<SuccessAnswer> | undefined;
type Call = (args?: Args) => Answer;

/** What Client View needs beyond the surroundings of both views. */
export interface ClientSurroundings extends Surroundings {
  navigate?: (address: string) => void;
}

/** Makes the `ZoomMtg` object of a page. */
export function createZoomMtg(surroundings: ClientSurroundings) {
  ensureRoots();
  const assembly = assemble('client', surroundings);
  const { meeting, screen } = assembly;
  const { actions } = meeting;
  const listeners = new ServiceListeners();
  listeners.follow(meeting);
  const i18n = createI18n(meeting.i18n);
  const navigate = surroundings.navigate ?? goTo;
  screen.place(() => clientRoot());
  const joining = new ClientJoin({
    meeting,
    screen,
    clock: surroundings.clock ?? realClock,
    navigate,
    leaveAddress: () => leaveUrl ?? (pagePlace().origin || pagePlace().href),
  });
  let leaveUrl: string | null = null;
  let unloadLeaves = false;
  globalThis.addEventListener?.('pagehide', () => meeting.unload(unloadLeaves));

  const call = (method: string, work: (args: Args) => unknown): Call => (args) => run(method, args, () => work(fieldsOf(args) ?? {}));
  const visible = (name: string, apply: (show: boolean) => void) => (args?: unknown): void => {
    const show = fieldsOf(args)?.show;
    if (typeof show === 'boolean') apply(show);
    else log.error(`${name}: show is not true or false`);
  };
  const version = (args?: Callbacks): string[] => {
    const result = [spokenVersion, spokenVersion];
    tell(args?.success, successAnswer('getWebSDKVersion', result));
    return result;
  };
  const prepare = (): void => screen.preload();
  const facts = surroundings.facts ?? browserFacts;
  const signsHere = signsInPage(surroundings.scriptUrl);

  const supported = {
    i18n,
    preLoadWasm: prepare,
    prepareWebSDK: prepare,
    prepareJssdk: prepare,
    /** Media files come from the own server; other addresses are noted and ignored. */
    setZoomJSLib(path?: unknown): void {
      if (!ignoredVendorAddress('setZoomJSLib', path) && typeof path === 'string') {
        log.info('setZoomJSLib has no effect: this SDK loads its files from its own location');
      }
    },
    init(args?: Args): Answer {
      const options = fieldsOf(args) ?? {};
      noteUnknownOptions('init', options, [...obeyedInitOptions, ...givenInitOptions, ...Object.keys(idleInitOptions)]);
      noteIdleOptions('init', options, idleInitOptions);
      const work = Promise.resolve().then(() => {
        if (options.debug === true) log.setLevel('info');
        leaveUrl = pageOption('leaveUrl', options.leaveUrl, pagePlace(), 'after the meeting the page goes to its own origin');
        unloadLeaves = options.leaveOnPageUnload === true;
        assembly.setEndpoint(options.webEndpoint);
        const view = viewOptionsOf(options);
        screen.update(view);
        meeting.videoLimit = options.enableFullHD === true ? 1080 : options.enableHD === false ? 360 : 720;
        meeting.shareSound = view.hideShareAudioOption !== true;
        meeting.floating.allowed = view.disablePictureInPicture !== true;
        const { onRetryCallback } = options;
        meeting.onRetry = typeof onRetryCallback === 'function' ? (meetingNumber) => (onRetryCallback as (meetingNumber?: string) => unknown)(meetingNumber) : null;
        screen.preload();
      });
      meeting.initialising(work);
      return run('init', args, () => work);
    },
    join: (args?: Args): Answer => joining.join(args),
    joinTest: (args?: Args): Answer => joining.joinTest(args),
    leaveMeeting: (args?: Args): Answer => {
      // Without a view there is nobody to ask.
      if (args?.confirm !== true || !meeting.busy || !screen.shown) return run('leaveMeeting', args, () => actions.leave());
      const left = meeting.askToLeave();
      void left.then((yes) => {
        if (!yes && typeof args.cancelCallback === 'function') callSafely(args.cancelCallback as () => unknown);
      });
      // Whoever stays has cancelled; that is neither success nor error.
      const settled = left.then(async (yes) => {
        if (!yes && hasCallbacks(args)) return new Promise<never>(() => undefined);
        await meeting.deps.page.leaving;
      });
      return run('leaveMeeting', args, () => settled);
    },
    endMeeting: call('endMeeting', () => actions.end()),
    changeRedirectUrl: call('changeRedirectUrl', (args) => {
      const address = pageUrl(args.leaveUrl, pagePlace());
      if (address === null) throw new CallError('INVALID_PARAMETERS', 'leaveUrl is not the address of a page');
      leaveUrl = address;
    }),
    inMeetingServiceListener: (event?: unknown, callback?: unknown): void => listeners.on(event, callback),
    setLogLevel: (level?: unknown): void => log.setLevel(level),
    getWebSDKVersion: version,
    getJSSDKVersion: version,
    checkSystemRequirements: () => systemRequirements(facts(), globalThis.navigator?.userAgent ?? ''),
    checkFeatureRequirements: () => {
      const { supported: on, missing } = features(facts());
      return { platform: browserName(globalThis.navigator?.userAgent ?? '').browserName, supportFeatures: on, unSupportFeatures: missing };
    },
    reRender: call('reRender', (args) => i18n.reload(args.lang)),
    generateSDKSignature: (args?: Args): string => {
      if (signsHere) return signInPage('generateSDKSignature', args);
      void run('generateSDKSignature', hasCallbacks(args) ? args : { error: () => undefined }, () => {
        throw new CallError('INVALID_OPERATION', 'generateSDKSignature was removed: sign on your own server, otherwise the secret becomes public');
      });
      log.error('generateSDKSignature was removed: sign on your own server');
      return '';
    },

    getAttendeeslist: call('getAttendeeslist', () => {
      meeting.seated();
      const { participants, self } = meeting.getState();
      return { attendeesList: roster(participants, self) };
    }),
    getCurrentUser: call('getCurrentUser', () => {
      const { self } = meeting.getState();
      if (!self) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
      return { currentUser: publicParticipant(self, meeting.getState().participants) };
    }),
    getCurrentMeetingInfo: call('getCurrentMeetingInfo', () => {
      const { session, self } = meeting.getState();
      if (!session) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
      return {
        meetingNumber: session.meetingNumber,
        mn: session.meetingNumber,
        password: session.passcode ?? screen.options.passcode,
        meetingId: session.sessionId,
        meetingTopic: session.topic,
        topic: session.topic,
        lang: meeting.i18n.language,
        webEndpoint: assembly.server(),
        isLocked: session.locked,
        isWebinar: session.kind === 'webinar',
        userId: self?.userId ?? 0,
        isInMeeting: meeting.room?.waiting === false,
      };
    }),

    mute: call('mute', (args) => actions.mute(userIdOf(args.userId ?? meeting.getState().self?.userId), flagOf(args.mute, 'mute'))),
    muteAll: call('muteAll', (args) => actions.muteAll(flagOf(args.muteAll, 'muteAll'))),
    rename: call('rename', (args) => {
      const userId = userIdOf(args.userId);
      const person = meeting.getState().participants.find((p) => p.userId === userId);
      if (person && typeof args.oldName === 'string' && args.oldName !== person.userName) {
        throw new CallError('INVALID_PARAMETERS', 'oldName is not the name of that participant');
      }
      return actions.rename(userId, textOf(args.newName, 'newName'));
    }),
    expel: call('expel', (args) => actions.remove(userIdOf(args.userId))),
    lockMeeting: call('lockMeeting', (args) => actions.lock(flagOf(args.lockMeeting ?? args.lock, 'lockMeeting'))),
    makeHost: call('makeHost', (args) => actions.setRole(userIdOf(args.userId), 'host')),
    makeCoHost: call('makeCoHost', (args) => actions.setRole(userIdOf(args.userId), 'cohost')),
    withdrawCoHost: call('withdrawCoHost', (args) => actions.setRole(userIdOf(args.userId), 'attendee')),
    putOnHold: call('putOnHold', (args) => actions.hold(userIdOf(args.userId), flagOf(args.hold ?? args.bHold, 'hold'))),
    admitAll: call('admitAll', () => actions.admitAll()),
    raiseHand: call('raiseHand', () => actions.raiseHand(true)),
    lowerHand: call('lowerHand', (args) => actions.raiseHand(false, args.userId == null ? undefined : userIdOf(args.userId))),

    showMeetingHeader: visible('showMeetingHeader', (show) => screen.update({ showMeetingHeader: show })),
    showInviteFunction: visible('showInviteFunction', (show) => screen.update({ disableInvite: !show })),
    showJoinAudioFunction: visible('showJoinAudioFunction', (show) => screen.update({ disableJoinAudio: !show })),
  };

  const refusing = Object.fromEntries(
    Object.entries(unsupportedFunctions).map(([method, reason]) => [
      method,
      call(method, () => {
        throw notSupported(method, reason);
      }),
    ]),
  ) as Record<UnsupportedFunction, Call>;
  const zoom = { ...refusing, ...insideCalls(meeting, screen, call), ...supported };
  // Newer versions never had it: there it stays undefined.
  return signsHere ? Object.assign(zoom, { generateSignature: (args?: Args) => signInPage('generateSignature', args) }) : zoom;
}

/** Goes to an address; one that is where the page is already, down to its hash, would be no step at all. */
function goTo(address: string): void {
  const { location } = globalThis;
  if (address === location.href && address.includes('#')) location.reload();
  else if (address !== '') location.href = address;
}

/** The object that apps know as `ZoomMtg`. */
export type ZoomMtgObject = ReturnType<typeof createZoomMtg>;
