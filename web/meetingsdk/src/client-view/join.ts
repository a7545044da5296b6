import type { Screen } from '../core/assemble';
import type { Clock } from '../core/clock';
import type { SDKError } from '../core/errors';
import { log } from '../core/log';
import type { Meeting } from '../core/meeting';
import type { Callbacks, SuccessAnswer } from './calls';
import { ClientViewError, errorAnswer, hasCallbacks, successAnswer, tell } from './calls';
import { joinOptionsOf } from './options';
import { showRoot } from './root';

/** How long the page shows that a meeting is over before it moves on by itself. */
const farewell = 10_000;
/** The ends of a meeting after which there is nothing left for this page: ended, removed, no longer authorised. */
const endings: ReadonlySet<number> = new Set([4004, 3009, 4019]);

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
      if (phase === 'joining' && !this.shown) this.show();
    });
    meeting.events.on('over', ({ joinFailed, byPerson, error }) => {
      if (joinFailed) {
        log.joinError(error?.errorCode ?? 1, error?.errorMessage ?? '');
        if (!screen.options.showJoiningErrorDialog || !screen.shown) this.hide();
      } else if (byPerson) {
        this.hide();
        this.go();
      } else if (error && endings.has(error.errorCode)) {
        this.cancelFarewell = options.clock.after(farewell, () => this.go());
      }
    });
    meeting.events.on('failureDismissed', ({ joinFailed }) => {
      this.hide();
      if (!joinFailed) this.go();
    });
  }

  private shown = false;

  /** `ZoomMtg.join`. */
  join(args: (Record<string, unknown> & Callbacks) | undefined): Promise<SuccessAnswer> | undefined {
    const { meeting, screen } = this.options;
    this.cancelFarewell?.();
    this.cancelFarewell = null;
    const behaviour = {
      waitForHost: screen.options.showJoiningErrorDialog,
      preview: !screen.options.disablePreview && screen.options.isSupportAV,
    };
    const start = (admitted: () => void, refused: (error: SDKError) => void): void => {
      void meeting.join(joinOptionsOf(args), { admitted, refused, notStarted: refused }, behaviour);
    };
    if (hasCallbacks(args)) {
      start(
        () => tell(args?.success, successAnswer('join', null)),
        (error) => tell(args?.error, errorAnswer('join', error)),
      );
      return undefined;
    }
    return new Promise((resolve, reject) => {
      start(
        () => resolve(successAnswer('join', null)),
        (error) => reject(new ClientViewError(errorAnswer('join', error))),
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

  private go(): void {
    this.cancelFarewell?.();
    this.cancelFarewell = null;
    this.options.navigate(this.options.leaveAddress());
  }
}
