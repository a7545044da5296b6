import { authorizerOf, botsOf } from '../core/on-behalf-of';
import { parseCaptureStatus, requestCapture } from '../core/capture';
import { requireBoolean, requireText, requireUserId } from '../core/arguments';
import { CallError } from '../core/errors';
import type { Meeting } from '../core/meeting';
import type { BackgroundImage, Participant } from '../core/model';
import type { PublicParticipant } from '../core/public-participant';
import { publicParticipant } from '../core/public-participant';

/** Turns the work of a method into its result: an empty string, or a CallFailure. */
export type ToResult = (work: () => unknown) => Promise<string>;

/** The methods on what happens inside a meeting, beyond the roster and devices. */
export function createFeatureMethods(meeting: Meeting, toResult: ToResult) {
  const { actions } = meeting;
  const state = (): ReturnType<typeof meeting.getState> => meeting.getState();
  const person = (userId: unknown): Participant | undefined => {
    const id = Number(userId);
    return state().participants.find((p) => p.userId === id);
  };
  const toPublic = (p: Participant): PublicParticipant => publicParticipant(p, state().participants);
  return {
    allowAttendeeToTalk: (userId?: unknown, isAllow?: unknown): Promise<string> => toResult(() => actions.allowToTalk(requireUserId(userId), requireBoolean(isAllow, 'isAllow'))),
    reclaimHost: (): Promise<string> => toResult(() => actions.reclaimHost()),
    claimHostWithHostKey: (hostKey?: unknown): Promise<string> => toResult(() => actions.claimHost(requireText(hostKey, 'hostKey'))),
    /** Pins a participant in addition to those who are pinned already. */
    addPin: (userId?: unknown): Promise<string> =>
      toResult(() => {
        meeting.requireJoined();
        actions.allowMultiPin(true);
        actions.pin('add', requireUserId(userId));
      }),
    removeAllPins: (): Promise<string> => toResult(() => (meeting.requireJoined(), actions.removeAllPins())),
    getPinList: (): number[] => [...state().pins],
    subscribeStatisticData: (args?: unknown): Promise<string> => toResult(() => meeting.statistics.subscribe(args)),
    unSubscribeStatisticData: (args?: unknown): Promise<string> => toResult(() => meeting.statistics.unsubscribe(args)),

    isSupportVirtualBackground: (): boolean => meeting.background.supported,
    getVirtualBackgroundStatus(): { id: string; isVbOn: boolean; isLock: boolean; vbList: BackgroundImage[] } {
      const { id, locked, images } = state().background;
      return { id, isVbOn: id !== '', isLock: locked, vbList: [...images] };
    },
    lockVirtualBackground: (isLock?: unknown): Promise<string> => toResult(() => meeting.background.lock(requireBoolean(isLock, 'isLock'))),
    updateVirtualBackgroundList: (images?: unknown): Promise<string> => toResult(() => meeting.background.setImages(images)),
    setVirtualBackground: (id?: unknown): Promise<string> =>
      toResult(() => {
        if (typeof id !== 'string') throw new CallError('INVALID_PARAMETERS', 'vbImageId is not a string');
        return meeting.background.choose(id);
      }),

    mediaCapture: (record?: unknown): Promise<string> => toResult(() => actions.setCapture(parseCaptureStatus(record))),
    /** `request` by a participant; `grant` and `revoke` by a host. */
    mediaCapturePermission: (operation?: unknown, userId?: unknown, permission?: unknown): Promise<string> =>
      toResult(() => {
        switch (operation) {
          case 'request':
            return requestCapture(meeting);
          case 'grant':
            // 1 denies what was asked for, 2 allows it; a bare grant allows.
            return actions.permitCapture(requireUserId(userId), permission !== 1);
          case 'revoke':
            return actions.permitCapture(requireUserId(userId), false);
          default:
            throw new CallError('INVALID_PARAMETERS', 'operation: grant, request or revoke');
        }
      }),

    isBotUser(): boolean | null {
      const { self } = state();
      return self && self.bot !== undefined;
    },
    getBotAppName: (): string | null => state().self?.bot?.appName ?? null,
    getBotAuthorizedUserInfoByUserId(userId?: unknown): PublicParticipant | null {
      const bot = person(userId);
      const authorizer = bot && authorizerOf(bot, state().participants);
      return authorizer ? toPublic(authorizer) : null;
    },
    getAuthorizedBotListByUserId(userId?: unknown): PublicParticipant[] | null {
      const parent = person(userId);
      return parent ? botsOf(parent, state().participants).map(toPublic) : null;
    },
  };
}
