import type { ViewMount } from '../core/create-meeting';
import type { Clock } from '../core/clock';
import { signatureClaims } from '../core/credentials';
import type { SDKError } from '../core/errors';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import type { JoinBehaviour, Meeting } from '../core/meeting';
import { warnUnknownOptions } from '../core/option-names';
import { warnIgnoredOptions } from '../core/unsupported';
import { asRecord } from '../core/wire';
import type { Callbacks, SuccessResponse } from './callbacks';
import { ClientViewError, errorResponse, hasCallbacks, run, successResponse, invokeCallback } from './callbacks';
import { ignoredJoinOptions, joinOptionNames, joinOptionsOf } from './options';
import { pageIsBlank, showRoot } from './root';

/** How long the page shows that a meeting is over before it moves on by itself. */
const redirectDelay = 10_000;
/** The ends of a meeting after which there is nothing left for this page: ended, removed, no longer authorised. */
const finalErrorCodes: ReadonlySet<number> = new Set([4004, 3009, 4019]);

type Args = Record<string, unknown> & Callbacks;

interface ClientJoinOptions {
  meeting: Meeting;
  viewMount: ViewMount;
  clock: Clock;
  navigate: (address: string) => void;
  leaveAddress: () => string;
}

/** Joining and leaving as Client View does it: callbacks, the waiting page, and where the page goes at the end. */
export class ClientJoin {
  private cancelTimer: (() => void) | null = null;

  constructor(private readonly options: ClientJoinOptions) {
    const { meeting, viewMount } = options;
    meeting.subscribe(() => {
      const { phase } = meeting.getState();
      if (phase !== 'joining') return;
      this.cancelRedirect();
      if (!this.shown) this.show();
    });
    meeting.events.on('finished', ({ joinFailed, byUser, error, viewRemoved }) => {
      if (viewRemoved) {
        this.hide();
      } else if (joinFailed) {
        log.joinError(error?.errorCode ?? 1, error?.errorMessage ?? '');
        if (!viewMount.options.showJoiningErrorDialog || !viewMount.shown) this.hide();
      } else if (byUser) {
        this.hide();
        this.redirect();
      } else if (error && finalErrorCodes.has(error.errorCode)) {
        this.cancelTimer = options.clock.after(redirectDelay, () => this.redirect());
      }
    });
    meeting.events.on('passcode', ({ passcode }) => viewMount.update({ passcode }));
    meeting.events.on('failureDismissed', ({ joinFailed }) => {
      this.hide();
      // Where the app shows a page of its own under the view, that is the way back.
      if (!joinFailed || pageIsBlank()) this.redirect();
    });
  }

  private shown = false;

  /** `ZoomMtg.join`. */
  join(args: Args | undefined): Promise<SuccessResponse> | undefined {
    warnUnknownOptions('join', asRecord(args) ?? {}, joinOptionNames);
    warnIgnoredOptions('join', asRecord(args) ?? {}, ignoredJoinOptions);
    return this.enter('join', args);
  }

  /** `ZoomMtg.joinTest`: a join as a participant, without what makes one more than that. */
  joinTest(args: Args | undefined): Promise<SuccessResponse> | undefined {
    const { tk: _tk, zak: _zak, recordingToken: _recording, childToken: _child, ...plain } = asRecord(args) ?? {};
    warnUnknownOptions('joinTest', plain, joinOptionNames);
    if (signatureClaims(plain.signature).role !== '0') {
      return run('joinTest', args, () => {
        throw new CallError('INVALID_PARAMETERS', 'signature: the role for a test meeting is 0');
      });
    }
    return this.enter('joinTest', plain);
  }

  private enter(method: string, args: Args | undefined): Promise<SuccessResponse> | undefined {
    const { meeting, viewMount } = this.options;
    this.cancelRedirect();
    // Read once `init` has run, which an app need not wait for.
    const behaviour = (): JoinBehaviour => {
      const { showJoiningErrorDialog, disablePreview, isSupportAV, disableJoinAudio, audioPanelAlwaysOpen } = viewMount.options;
      return {
        waitForHost: showJoiningErrorDialog,
        preview: !disablePreview && isSupportAV,
        // If the app keeps its audio panel open, the user joins audio there.
        joinsAudio: isSupportAV && !disableJoinAudio && !audioPanelAlwaysOpen,
      };
    };
    const options = joinOptionsOf(args);
    viewMount.update({ passcode: typeof options.password === 'string' ? options.password : '' });
    saveUserNames(options);
    const start = (admitted: () => void, refused: (error: SDKError) => void): void => {
      void meeting.join(options, { admitted, refused, notStarted: refused }, behaviour);
    };
    if (hasCallbacks(args)) {
      start(
        () => invokeCallback(args?.success, successResponse(method, null)),
        (error) => invokeCallback(args?.error, errorResponse(method, error)),
      );
      return undefined;
    }
    return new Promise((resolve, reject) => {
      start(
        () => resolve(successResponse(method, null)),
        (error) => reject(new ClientViewError(errorResponse(method, error))),
      );
    });
  }

  private show(): void {
    this.shown = true;
    showRoot(true);
  }

  private hide(): void {
    this.shown = false;
    this.options.viewMount.hide();
    showRoot(false);
  }

  private cancelRedirect(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private redirect(): void {
    this.cancelRedirect();
    this.options.navigate(this.options.leaveAddress());
  }
}

/** Keeps who joins in this tab under the names that apps look for. */
function saveUserNames({ userName, userEmail }: { userName?: unknown; userEmail?: unknown }): void {
  try {
    globalThis.sessionStorage?.setItem('zmmtg-root__username', typeof userName === 'string' ? userName : '');
    globalThis.sessionStorage?.setItem('zmmtg-root__useremail', typeof userEmail === 'string' ? userEmail : '');
  } catch {
    // Without storage nobody finds it there, and nothing else changes.
  }
}
