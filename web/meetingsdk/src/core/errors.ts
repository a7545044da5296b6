/** Everything that is known about a failed join or call. */
export interface ErrorDetails {
  errorCode: number;
  /** The reference's name, e.g. `WRONG_MEETING_PASSWORD`. */
  name: string;
  errorMessage: string;
  cause: string;
  remedy: string;
  retryable: boolean;
  retryAfter: number | null;
  attemptId: string | null;
  docs: string | null;
}

/** One further failure of a refused join; servers send them in development mode only. */
export interface FurtherFailure {
  step: string;
  code: number;
  name: string;
  cause: string;
  evidence: string;
  remedy: string;
}

/** Whether `reason` of Component View is the reference's name or the sentence. */
export type ReasonStyle = 'name' | 'sentence';

/** What a refusal reveals about a meeting. */
export interface RefusalResult {
  topic: string;
  scheduleTime: string | null;
  /** Its audience waits for a webinar, and has no devices to choose. */
  webinar?: boolean;
  meetingNumber?: string;
}

/** What a refused join carries beyond the details of every error. */
export interface RefusalExtras {
  /** The server's policy for the app. */
  reasonStyle?: ReasonStyle;
  /** 3008: what is known of the meeting whose host is awaited; 3711: the number of the host's meeting that runs. */
  result?: RefusalResult;
  evidence?: string;
  alsoFailing?: readonly FurtherFailure[];
}

/** The classes of a refused in-meeting function, as Component View publishes them. */
export type ErrorType =
  | 'INVALID_OPERATION'
  | 'INTERNAL_ERROR'
  | 'OPERATION_TIMEOUT'
  | 'INSUFFICIENT_PRIVILEGES'
  | 'IMPROPER_MEETING_STATE'
  | 'INVALID_PARAMETERS'
  | 'OPERATION_LOCKED';

/** A join that failed, or a meeting that is over for a reason with a number. */
export class SDKError extends Error {
  readonly details: ErrorDetails;
  readonly extras: RefusalExtras;

  constructor(details: ErrorDetails, extras: RefusalExtras = {}) {
    super(details.errorMessage);
    this.name = 'SDKError';
    this.details = details;
    this.extras = extras;
  }

  /** The number of the catalogue, e.g. 3004. */
  get code(): number {
    return this.details.errorCode;
  }
}

/** A function that was refused while in, or outside of, a meeting. */
export class CallError extends Error {
  readonly type: ErrorType;
  /** A sentence, or one of `closed`, `on hold`, `reconnecting` for IMPROPER_MEETING_STATE. */
  readonly reason: string;
  /** 1, unless apps know the case by a number of its own. */
  readonly code: number;

  constructor(type: ErrorType, reason: string, code = 1) {
    super(`${type}: ${reason}`);
    this.name = 'CallError';
    this.type = type;
    this.reason = reason;
    this.code = code;
  }
}
