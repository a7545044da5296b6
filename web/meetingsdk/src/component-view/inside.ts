import { authorizerOf, botsOf } from '../core/bots';
import { captureStatusOf, requestCapture } from '../core/capture';
import { flagOf, textOf, userIdOf } from '../core/calls';
import { CallError } from '../core/errors';
import type { Meeting } from '../core/meeting';
import type { BackgroundImage, Participant } from '../core/model';
import type { PublicParticipant } from '../core/people';
import { publicParticipant } from '../core/people';

/** Turns what a method does into its answer: an empty text, or a CallFailure. */
export type Done = (work: () => unknown) => Promise<string>;

/** The methods on what happens inside a meeting, beyond the roster and devices. */
export function insideMethods(meeting: Meeting, done: Done) {
  const { actions } = meeting;
  const state = (): ReturnType<typeof meeting.getState> => meeting.getState();
  const person = (userId: unknown): Participant | undefined => {
    const id = Number(userId);
    return state().participants.find((p) => p.userId === id);
  };
  const shown = (p: Participant): PublicParticipant => publicParticipant(p, state().participants);
  return {
    allowAttendeeToTalk: (userId?: unknown, isAllow?: unknown): Promise<string> => done(() => actions.allowToTalk(userIdOf(userId), flagOf(isAllow, 'isAllow'))),
    reclaimHost: (): Promise<string> => done(() => actions.reclaimHost()),
    claimHostWithHostKey: (hostKey?: unknown): Promise<string> => done(() => actions.claimHost(textOf(hostKey, 'hostKey'))),
    /** Pins somebody beside those who are pinned already. */
    addPin: (userId?: unknown): Promise<string> =>
      done(() => {
        meeting.seated();
        actions.allowMultiPin(true);
        actions.pin('add', userIdOf(userId));
      }),
    removeAllPins: (): Promise<string> => done(() => (meeting.seated(), actions.removeAllPins())),
    getPinList: (): number[] => [...state().pins],
    subscribeStatisticData: (args?: unknown): Promise<string> => done(() => meeting.statistics.subscribe(args)),
    unSubscribeStatisticData: (args?: unknown): Promise<string> => done(() => meeting.statistics.unsubscribe(args)),

    isSupportVirtualBackground: (): boolean => meeting.background.supported,
    getVirtualBackgroundStatus(): { id: string; isVbOn: boolean; isLock: boolean; vbList: BackgroundImage[] } {
      const { id, locked, images } = state().background;
      return { id, isVbOn: id !== '', isLock: locked, vbList: [...images] };
    },
    lockVirtualBackground: (isLock?: unknown): Promise<string> => done(() => meeting.background.lock(flagOf(isLock, 'isLock'))),
    updateVirtualBackgroundList: (images?: unknown): Promise<string> => done(() => meeting.background.setImages(images)),
    setVirtualBackground: (id?: unknown): Promise<string> =>
      done(() => {
        if (typeof id !== 'string') throw new CallError('INVALID_PARAMETERS', 'vbImageId is not a string');
        return meeting.background.choose(id);
      }),

    mediaCapture: (record?: unknown): Promise<string> => done(() => actions.setCapture(captureStatusOf(record))),
    /** `request` by a participant; `grant` and `revoke` by a host. */
    mediaCapturePermission: (operation?: unknown, userId?: unknown, permission?: unknown): Promise<string> =>
      done(() => {
        switch (operation) {
          case 'request':
            return requestCapture(meeting);
          case 'grant':
            // 1 denies what was asked for, 2 allows it; a bare grant allows.
            return actions.permitCapture(userIdOf(userId), permission !== 1);
          case 'revoke':
            return actions.permitCapture(userIdOf(userId), false);
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
      return authorizer ? shown(authorizer) : null;
    },
    getAuthorizedBotListByUserId(userId?: unknown): PublicParticipant[] | null {
      const parent = person(userId);
      return parent ? botsOf(parent, state().participants).map(shown) : null;
    },
  };
}
