import type { ViewMount } from '../core/create-meeting';
import { authorizerOf, botsOf } from '../core/on-behalf-of';
import { parseCaptureStatus, requestCapture } from '../core/capture';
import { requireBoolean, requireText, requireUserId } from '../core/arguments';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import type { Meeting } from '../core/meeting';
import type { Background, Participant } from '../core/model';
import { groupIds } from '../core/model';
import { publicParticipant } from '../core/public-participant';
import { notSupported, unsupportedReasons } from '../core/unsupported';
import type { Callbacks, SuccessResponse } from './callbacks';

type Args = Record<string, unknown> & Callbacks;
/** Creates a function of the contract from its implementation. */
export type MakeCall = (method: string, work: (args: Args) => unknown) => (args?: Args) => Promise<SuccessResponse> | undefined;

/** What `getVirtualBackgroundStatus` returns and `onVbStatusChange` reports. */
export function backgroundStatus(background: Background): object {
  const { id, images, locked } = background;
  return { vbList: images, lock: locked, blur: id === 'blur', status: false, vb: id !== '', mask: false, id };
}

/** The functions on what happens inside a meeting, beyond the roster and devices. */
export function createFeatureCalls(meeting: Meeting, viewMount: ViewMount, call: MakeCall) {
  const { actions } = meeting;
  const operation = (value: unknown): 'add' | 'replace' | 'remove' => {
    if (value === 'add' || value === 'replace' || value === 'remove') return value;
    throw new CallError('INVALID_PARAMETERS', 'operate: add, replace or remove');
  };
  const person = (userId: unknown): Participant => {
    meeting.requireJoined();
    const id = requireUserId(userId);
    const found = meeting.getState().participants.find((p) => p.userId === id);
    if (!found) throw new CallError('INVALID_PARAMETERS', `userId: no participant has the number ${id}`);
    return found;
  };
  const self = (): Participant => person(meeting.getState().self?.userId);
  const toPublic = (p: Participant): object => publicParticipant(p, meeting.getState().participants);
  return {
    sendChat: call('sendChat', (args) => {
      meeting.requireConnected();
      if (meeting.getState().session?.kind === 'webinar') throw new CallError('INVALID_OPERATION', 'sendChat is for meetings, not for webinars');
      const text = requireText(args.message, 'message');
      if (args.userId === groupIds.waitingRoom) return actions.sendChat(text, 'waitingRoom');
      return actions.sendChat(text, args.userId == null || args.userId === 0 ? 'everyone' : requireUserId(args.userId));
    }),
    stopIncomingAudio: call('stopIncomingAudio', (args) => actions.stopIncomingAudio(requireBoolean(args.stop, 'stop'))),
    startScreenShare: call('startScreenShare', async (args) => {
      if (args.sourceId != null) throw notSupported('startScreenShare with sourceId', 'electron');
      if (args.broadcastToBreakoutRoom === true) throw notSupported('startScreenShare with broadcastToBreakoutRoom', 'breakout');
      const sound = typeof args.hideShareAudioOption === 'boolean' ? { sound: !args.hideShareAudioOption } : {};
      await actions.setShare(true, { motion: args.optimizedForSharedVideo === true, ...sound });
      // For the person who closed the browser's list that is no fault, for the app nothing is shared.
      if (meeting.getState().share === 'off') throw new CallError('INVALID_OPERATION', 'nothing was selected, or the browser was not allowed to share it');
    }),
    lowerAllHands: call('lowerAllHands', () => actions.lowerAllHands()),
    focusMode: call('focusMode', (args) => actions.setRules({ focusMode: requireBoolean(args.enable, 'enable') })),
    getFocusModeStatus: call('getFocusModeStatus', () => (meeting.requireJoined(), { status: meeting.getState().session?.focusMode === true })),
    reclaimHost: call('reclaimHost', () => actions.reclaimHost()),
    claimHostWithHostKey: call('claimHostWithHostKey', async (args) => {
      const hostKey = requireText(args.hostKey, 'hostKey');
      try {
        await actions.claimHost(hostKey);
      } catch (error) {
        meeting.events.emit('claimed', { claimed: false });
        throw error;
      }
      meeting.events.emit('claimed', { claimed: true });
    }),
    operatePin: call('operatePin', (args) => actions.pin(operation(args.operate), requireUserId(args.userId))),
    getPinList: call('getPinList', () => (meeting.requireJoined(), [...meeting.getState().pins])),
    /** Takes one id, or `allow`; has no callbacks. */
    allowMultiPin(args?: { userId?: unknown; allow?: unknown }): void {
      actions.allowMultiPin(args?.allow !== false);
    },
    operateSpotlight: call('operateSpotlight', (args) => actions.spotlight(operation(args.operate), requireUserId(args.userId))),
    getSpotlightList: call('getSpotlightList', () => (meeting.requireJoined(), [...(meeting.getState().session?.spotlights ?? [])])),
    mirrorVideo: call('mirrorVideo', (args) => {
      meeting.requireConnected();
      actions.setMirrored(requireBoolean(args.mirrored ?? args.mirror, 'mirrored'));
    }),
    subscribeStatisticData: call('subscribeStatisticData', (args) => meeting.statistics.subscribe(args)),
    unSubscribeStatisticData: call('unSubscribeStatisticData', (args) => meeting.statistics.unsubscribe(args)),

    isSupportVirtualBackground: call('isSupportVirtualBackground', () => {
      const { supported } = meeting.background;
      return { vb: supported, mask: false, enable: supported && meeting.getState().background.offered };
    }),
    getVirtualBackgroundStatus: call('getVirtualBackgroundStatus', () => backgroundStatus(meeting.getState().background)),
    updateVirtualBackgroundList: call('updateVirtualBackgroundList', (args) => meeting.background.setImages(args.vbList ?? [], true)),
    setVirtualBackground: call('setVirtualBackground', (args) => meeting.background.choose(typeof args.id === 'string' ? args.id : '')),
    lockVirtualBackground: call('lockVirtualBackground', (args) => meeting.background.lock(requireBoolean(args.isLock ?? args.lock, 'isLock'))),

    setCustomizeWaitingRoom: call('setCustomizeWaitingRoom', (args) =>
      actions.setWaitingRoomText({ title: requireText(args.title, 'title'), description: typeof args.desc === 'string' ? args.desc : '' }),
    ),
    mediaCapturePermission: call('mediaCapturePermission', (args) => {
      if (args.operate !== 'request') throw new CallError('INVALID_PARAMETERS', 'operate: request');
      return requestCapture(meeting);
    }),
    mediaCapture: call('mediaCapture', (args) => actions.setCapture(parseCaptureStatus(args.record))),

    isBotUser: call('isBotUser', () => self().bot !== undefined),
    getBotAppName: call('getBotAppName', () => self().bot?.appName ?? null),
    getBotAuthorizedUserInfoByUserId: call('getBotAuthorizedUserInfoByUserId', (args) => {
      const authorizer = authorizerOf(person(args.userId), meeting.getState().participants);
      return authorizer && toPublic(authorizer);
    }),
    getAuthorizedBotListByUserId: call('getAuthorizedBotListByUserId', (args) => {
      const parent = args.userId == null ? self() : person(args.userId);
      return botsOf(parent, meeting.getState().participants).map(toPublic);
    }),

    showPureSharingContent(args?: { show?: unknown }): void {
      if (typeof args?.show === 'boolean') viewMount.update({ showPureSharingContent: args.show });
      else log.error('showPureSharingContent: show is not true or false');
    },
    /** There is no such control to show. */
    showCalloutFunction: (): void => log.warnOnce(`showCalloutFunction: ${unsupportedReasons.telephony}`),
    showRecordFunction: (): void => log.warnOnce(`showRecordFunction: ${unsupportedReasons.recording}`),
  };
}
