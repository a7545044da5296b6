import type { ErrorDetails, FurtherFailure, ReasonStyle, RefusalExtras, SDKError } from '../core/errors';
import { CallError } from '../core/errors';

/** What a failed `join` rejects with: an Error with all details in its own fields. */
export interface JoinFailure extends Error, Omit<ErrorDetails, 'name' | 'errorMessage' | 'cause'> {
  type: 'JOIN_MEETING_FAILED';
  /** The reference's name, or the sentence where the app wants it so. */
  reason: string;
  /** The reference's name, whatever `reason` is. */
  name: string;
  /** The machine-readable cause. */
  cause: string;
  result?: RefusalExtras['result'];
  evidence?: string;
  alsoFailing?: readonly FurtherFailure[];
}

/** `reason` in the style that the app, else the server's policy for it, wants. */
export function failureReason(details: Pick<ErrorDetails, 'name' | 'errorMessage'>, style: ReasonStyle | undefined): string {
  return style === 'sentence' ? details.errorMessage : details.name;
}

/** The rejection of a failed join. `style` is what the app asked for in `init`, if it did. */
export function joinFailure(error: SDKError, style: ReasonStyle | undefined): JoinFailure {
  const { errorMessage, name, errorCode, ...rest } = error.details;
  const { result, evidence, alsoFailing, reasonStyle } = error.extras;
  const fields = {
    type: 'JOIN_MEETING_FAILED',
    reason: failureReason(error.details, style ?? reasonStyle),
    errorCode,
    message: errorMessage,
    name,
    ...rest,
    ...definedOnly({ result, evidence, alsoFailing }),
  };
  return withOwnFields(new Error(errorMessage), fields) as unknown as JoinFailure;
}

/** What a refused function rejects with. */
export interface CallFailure extends Error {
  type: CallError['type'];
  reason: string;
  errorCode: number;
}

/** The rejection of a refused function. */
export function callFailure(error: unknown): CallFailure {
  const refused = error instanceof CallError ? error : new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error));
  const { type, reason, code } = refused;
  return withOwnFields(new Error(refused.message), { type, reason, errorCode: code, message: refused.message }) as CallFailure;
}

function withOwnFields(error: Error, fields: object): Error {
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(error, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return error;
}

function definedOnly(fields: Pick<RefusalExtras, 'result' | 'evidence' | 'alsoFailing'>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
