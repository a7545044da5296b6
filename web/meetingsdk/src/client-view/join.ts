import type { Screen } from '../core/assemble';
import type { Clock } from '../core/clock';
import { claimsOf } from '../core/credentials';
import type { SDKError } from '../core/errors';
import { CallError } from '../core/errors';
import { log } from '../core/log';
import type { JoinBehaviour, Meeting } from '../core/meeting';
import { noteUnknownOptions } from '../core/option-names';
import { noteIdleOptions } from '../core/refused';
import { fieldsOf } from '../core/wire';
import type { Callbacks, SuccessAnswer } from './calls';
import { ClientViewError, errorAnswer, hasCallbacks, run, successAnswer, tell } from './calls';
import { idleJoinOptions, joinOptionNames, joinOptionsOf } from './options';
import { pageIsBlank, showRoot } from './root';

/** How long the page shows that a meeting is over before it moves on by itself. */
const farewell = 10_000;
/** The ends of a meeting after which there is nothing left for this page: ended, removed, no longer authorised. */
const endings: ReadonlySet<number> = new Set([4004, 3009, 4019]);

type Args = Record<string, unknown> & Callbacks;

interface ClientJoinOptions {
  meeting: Meeting;
  screen: Screen;
  clock: Clock;
  navigate: (address: string) => void;
  leaveAddress: () => string;
}

/** Joining and leaving as Client View does it: callbacks, the waiting page, and where the page goes at the end. */
export class ClientJoin {
  private cancelFarewell: (() => void) | null = null;

  constructor(private readonly options: ClientJoinOptions) {
    const { meeting, screen } = options;
    meeting.subscribe(() => {
      const { phase } = meeting.getState();
      if (phase !== 'joining') return;
      this.stay();
      if (!this.shown) this.show();
    });
    meeting.events.on('over', ({ joinFailed, byPerson, error, viewGone }) => {
      if (viewGone) {
        this.hide();
      } else if (joinFailed) {
        log.joinError(error?.errorCode ?? 1, error?.errorMessage ?? '');
        if (!screen.options.showJoiningErrorDialog || !screen.shown) this.hide();
      } else if (byPerson) {
        this.hide();
        this.go();
      } else if (error && endings.has(error.errorCode)) {
        this.cancelFarewell = options.clock.after(farewell, () => this.go());
      }
    });
    meeting.events.on('passcode', ({ passcode }) => screen.update({ passcode }));
    meeting.events.on('failureDismissed', ({ joinFailed }) => {
      this.hide();
      // Where the app shows a page of its own under the view, that is the way back.
      if (!joinFailed || pageIsBlank()) this.go();
    });
  }

  private shown = false;

  /** `ZoomMtg.join`. */
  join(args: Args | undefined): Promise<SuccessAnswer> | undefined {
    noteUnknownOptions('join', fieldsOf(args) ?? {}, joinOptionNames);
    noteIdleOptions('join', fieldsOf(args) ?? {}, idleJoinOptions);
    return this.enter('join', args);
  }

  /** `ZoomMtg.joinTest`: a join as a participant, without what makes one more than that. */
  joinTest(args: Args | undefined): Promise<SuccessAnswer> | undefined {
    const { tk: _tk, zak: _zak, recordingToken: _recording, childToken: _child, ...plain } = fieldsOf(args) ?? {};
    noteUnknownOptions('joinTest', plain, joinOptionNames);
    if (claimsOf(plain.signature).role !== '0') {
      return run('joinTest', args, () => {
        throw new CallError('INVALID_PARAMETERS', 'signature: the role for a test meeting is 0');
      });
    }
    return this.enter('joinTest', plain);
  }

  private enter(method: string, args: Args | undefined): Promise<SuccessAnswer> | undefined {
    const { meeting, screen } = this.options;
    this.stay();
    // Read once `init` has run, which an app need not wait for.
    const behaviour = (): JoinBehaviour => {
      const { showJoiningErrorDialog, disablePreview, isSupportAV, disableJoinAudio, audioPanelAlwaysOpen } = screen.options;
      return {
        waitForHost: showJoiningErrorDialog,
        preview: !disablePreview && isSupportAV,
        // Where the app keeps its audio panel open, the person joins audio there.
        joinsAudio: isSupportAV && !disableJoinAudio && !audioPanelAlwaysOpen,
      };
    };
    const options = joinOptionsOf(args);
    screen.update({ passcode: typeof options.password === 'string' ? options.password : '' });
    rememberPerson(options);
    const start = (admitted: () => void, refused: (error: SDKError) => void): void => {
      void meeting.join(options, { admitted, refused, notStarted: refused }, behaviour);
    };
    if (hasCallbacks(args)) {
      start(
        () => tell(args?.success, successAnswer(method, null)),
        (error) => tell(args?.error, errorAnswer(method, error)),
      );
      return undefined;
    }
    return new Promise((resolve, reject) => {
      start(
        () => resolve(successAnswer(method, null)),
        (error) => reject(new ClientViewError(errorAnswer(method, error))),
      );
    });
  }

  private show(): void {
    this.shown = true;
    showRoot(true);
  }

  private hide(): void {
    this.shown = false;
    this.options.screen.hide();
    showRoot(false);
  }

  private stay(): void {
    this.cancelFarewell?.();
    this.cancelFarewell = null;
  }

  private go(): void {
    this.stay();
    this.options.navigate(this.options.leaveAddress());
  }
}

/** Keeps who joins in this tab under the names that apps look for. */
function rememberPerson({ userName, userEmail }: { userName?: unknown; userEmail?: unknown }): void {
  try {
    globalThis.sessionStorage?.setItem('zmmtg-root__username', typeof userName === 'string' ? userName : '');
    globalThis.sessionStorage?.setItem('zmmtg-root__useremail', typeof userEmail === 'string' ? userEmail : '');
  } catch {
    // Without storage nobody finds it there, and nothing else changes.
  }
}
