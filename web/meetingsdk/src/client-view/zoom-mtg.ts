import type { Environment } from '../core/create-meeting';
import { createMeeting } from '../core/create-meeting';
import { detectCapabilities } from '../core/browser';
import { requireBoolean, requireText, requireUserId } from '../core/arguments';
import { realClock } from '../core/clock';
import { callSafely } from '../core/emitter';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import { contractVersion } from '../core/meeting';
import { publicParticipant, publicRoster } from '../core/public-participant';
import { features, browserName, systemRequirements } from '../core/requirements';
import { warnUnknownOptions } from '../core/option-names';
import { pageOption, pageLocation, pageUrl } from '../core/page-url';
import { warnIgnoredOptions, notSupported } from '../core/unsupported';
import { isIgnoredVendorAddress } from '../core/server';
import { asRecord } from '../core/wire';
import type { Callbacks, SuccessResponse } from './callbacks';
import { hasCallbacks, run, successResponse, invokeCallback } from './callbacks';
import { ClientJoin } from './join';
import { createI18n } from './i18n';
import { createFeatureCalls } from './feature-calls';
import { signInPage, signsInPage } from './legacy';
import { ServiceListeners } from './listener';
import { acceptedInitOptions, ignoredInitOptions, supportedInitOptions, viewOptionsOf } from './options';
import { clientRoot, ensureRoots } from './root';
import type { UnsupportedFunction } from './unsupported';
import { unsupportedFunctions } from './unsupported';

type Args = Record<string, unknown> & Callbacks;
type CallResult = Promise<SuccessResponse> | undefined;
type Call = (args?: Args) => CallResult;

/** What Client View needs in addition to the environment of both views. */
export interface ClientEnvironment extends Environment {
  navigate?: (address: string) => void;
}

/** Makes the `ZoomMtg` object of a page. */
export function createZoomMtg(environment: ClientEnvironment) {
  ensureRoots();
  const created = createMeeting('client', environment);
  const { meeting, viewMount } = created;
  const { actions } = meeting;
  const listeners = new ServiceListeners();
  listeners.forwardEvents(meeting);
  const i18n = createI18n(meeting.i18n);
  const navigate = environment.navigate ?? navigateTo;
  viewMount.setRoot(() => clientRoot());
  const clientJoin = new ClientJoin({
    meeting,
    viewMount,
    clock: environment.clock ?? realClock,
    navigate,
    leaveAddress: () => leaveUrl ?? (pageLocation().origin || pageLocation().href),
  });
  let leaveUrl: string | null = null;
  let unloadLeaves = false;
  globalThis.addEventListener?.('pagehide', () => meeting.unload(unloadLeaves));

  const call = (method: string, work: (args: Args) => unknown): Call => (args) => run(method, args, () => work(asRecord(args) ?? {}));
  const visible = (name: string, apply: (show: boolean) => void) => (args?: unknown): void => {
    const show = asRecord(args)?.show;
    if (typeof show === 'boolean') apply(show);
    else log.error(`${name}: show is not true or false`);
  };
  const version = (args?: Callbacks): string[] => {
    const result = [contractVersion, contractVersion];
    invokeCallback(args?.success, successResponse('getWebSDKVersion', result));
    return result;
  };
  const prepare = (): void => viewMount.preload();
  const capabilities = environment.detectCapabilities ?? detectCapabilities;
  const signsHere = signsInPage(environment.scriptUrl);

  const supported = {
    i18n,
    preLoadWasm: prepare,
    prepareWebSDK: prepare,
    prepareJssdk: prepare,
    /** Media files come from the own server; other addresses are noted and ignored. */
    setZoomJSLib(path?: unknown): void {
      if (!isIgnoredVendorAddress('setZoomJSLib', path) && typeof path === 'string') {
        log.info('setZoomJSLib has no effect: this SDK loads its files from its own location');
      }
    },
    init(args?: Args): CallResult {
      const options = asRecord(args) ?? {};
      warnUnknownOptions('init', options, [...supportedInitOptions, ...acceptedInitOptions, ...Object.keys(ignoredInitOptions)]);
      warnIgnoredOptions('init', options, ignoredInitOptions);
      const work = Promise.resolve().then(() => {
        if (options.debug === true) log.setLevel('info');
        leaveUrl = pageOption('leaveUrl', options.leaveUrl, pageLocation(), 'after the meeting the page goes to its own origin');
        unloadLeaves = options.leaveOnPageUnload === true;
        created.setEndpoint(options.webEndpoint);
        const view = viewOptionsOf(options);
        viewMount.update(view);
        meeting.videoLimit = options.enableFullHD === true ? 1080 : options.enableHD === false ? 360 : 720;
        meeting.shareSound = view.hideShareAudioOption !== true;
        meeting.pictureInPicture.allowed = view.disablePictureInPicture !== true;
        const { onRetryCallback } = options;
        meeting.onRetry = typeof onRetryCallback === 'function' ? (meetingNumber) => (onRetryCallback as (meetingNumber?: string) => unknown)(meetingNumber) : null;
        viewMount.preload();
      });
      meeting.trackInit(work);
      return run('init', args, () => work);
    },
    join: (args?: Args): CallResult => clientJoin.join(args),
    joinTest: (args?: Args): CallResult => clientJoin.joinTest(args),
    leaveMeeting: (args?: Args): CallResult => {
      // Without a view, the user cannot be asked.
      if (args?.confirm !== true || !meeting.busy || !viewMount.shown) return run('leaveMeeting', args, () => actions.leave());
      const left = meeting.confirmLeave();
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
      const address = pageUrl(args.leaveUrl, pageLocation());
      if (address === null) throw new CallError('INVALID_PARAMETERS', 'leaveUrl is not the address of a page');
      leaveUrl = address;
    }),
    inMeetingServiceListener: (event?: unknown, callback?: unknown): void => listeners.on(event, callback),
    setLogLevel: (level?: unknown): void => log.setLevel(level),
    getWebSDKVersion: version,
    getJSSDKVersion: version,
    checkSystemRequirements: () => systemRequirements(capabilities(), globalThis.navigator?.userAgent ?? ''),
    checkFeatureRequirements: () => {
      const { supported: on, missing } = features(capabilities());
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
      meeting.requireJoined();
      const { participants, self } = meeting.getState();
      return { attendeesList: publicRoster(participants, self) };
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
        password: session.passcode ?? viewMount.options.passcode,
        meetingId: session.sessionId,
        meetingTopic: session.topic,
        topic: session.topic,
        lang: meeting.i18n.language,
        webEndpoint: created.server(),
        isLocked: session.locked,
        isWebinar: session.kind === 'webinar',
        userId: self?.userId ?? 0,
        isInMeeting: meeting.room?.waiting === false,
      };
    }),

    mute: call('mute', (args) => actions.mute(requireUserId(args.userId ?? meeting.getState().self?.userId), requireBoolean(args.mute, 'mute'))),
    muteAll: call('muteAll', (args) => actions.muteAll(requireBoolean(args.muteAll, 'muteAll'))),
    rename: call('rename', (args) => {
      const userId = requireUserId(args.userId);
      const person = meeting.getState().participants.find((p) => p.userId === userId);
      if (person && typeof args.oldName === 'string' && args.oldName !== person.userName) {
        throw new CallError('INVALID_PARAMETERS', 'oldName is not the name of that participant');
      }
      return actions.rename(userId, requireText(args.newName, 'newName'));
    }),
    expel: call('expel', (args) => actions.remove(requireUserId(args.userId))),
    lockMeeting: call('lockMeeting', (args) => actions.lock(requireBoolean(args.lockMeeting ?? args.lock, 'lockMeeting'))),
    makeHost: call('makeHost', (args) => actions.setRole(requireUserId(args.userId), 'host')),
    makeCoHost: call('makeCoHost', (args) => actions.setRole(requireUserId(args.userId), 'cohost')),
    withdrawCoHost: call('withdrawCoHost', (args) => actions.setRole(requireUserId(args.userId), 'attendee')),
    putOnHold: call('putOnHold', (args) => actions.hold(requireUserId(args.userId), requireBoolean(args.hold ?? args.bHold, 'hold'))),
    admitAll: call('admitAll', () => actions.admitAll()),
    raiseHand: call('raiseHand', () => actions.raiseHand(true)),
    lowerHand: call('lowerHand', (args) => actions.raiseHand(false, args.userId == null ? undefined : requireUserId(args.userId))),

    showMeetingHeader: visible('showMeetingHeader', (show) => viewMount.update({ showMeetingHeader: show })),
    showInviteFunction: visible('showInviteFunction', (show) => viewMount.update({ disableInvite: !show })),
    showJoinAudioFunction: visible('showJoinAudioFunction', (show) => viewMount.update({ disableJoinAudio: !show })),
  };

  const unsupported = Object.fromEntries(
    Object.entries(unsupportedFunctions).map(([method, reason]) => [
      method,
      call(method, () => {
        throw notSupported(method, reason);
      }),
    ]),
  ) as Record<UnsupportedFunction, Call>;
  const zoom = { ...unsupported, ...createFeatureCalls(meeting, viewMount, call), ...supported };
  // Newer versions never had it: there it stays undefined.
  return signsHere ? Object.assign(zoom, { generateSignature: (args?: Args) => signInPage('generateSignature', args) }) : zoom;
}

/** Goes to an address; one that is where the page is already, down to its hash, would be no step at all. */
function navigateTo(address: string): void {
  const { location } = globalThis;
  if (address === location.href && address.includes('#')) location.reload();
  else if (address !== '') location.href = address;
}

/** The object that apps know as `ZoomMtg`. */
export type ZoomMtgObject = ReturnType<typeof createZoomMtg>;
