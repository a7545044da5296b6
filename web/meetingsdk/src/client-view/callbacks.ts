import { callSafely } from '../core/emitter';
import type { ErrorDetails, RefusalExtras } from '../core/errors';
import { CallError, SDKError } from '../core/errors';

/** What `success` receives. */
export interface SuccessResponse<T = unknown> {
  method: string;
  status: true;
  errorCode: 0;
  errorMessage: null;
  result: T;
}

/** What `error` receives; a failed join carries every field, a refused function the first ones. */
export interface ErrorResponse extends Partial<Omit<ErrorDetails, 'errorCode' | 'errorMessage'>>, Omit<RefusalExtras, 'result' | 'reasonStyle'> {
  method: string;
  status: false;
  errorCode: number;
  errorMessage: string;
  result: unknown;
  /** The class of a refused function, e.g. `INSUFFICIENT_PRIVILEGES`. */
  type?: string;
}

export interface Callbacks {
  success?: unknown;
  error?: unknown;
}

/** The object for `success`. */
export function successResponse<T>(method: string, result: T): SuccessResponse<T> {
  return { method, status: true, errorCode: 0, errorMessage: null, result };
}

/** The object for `error`. */
export function errorResponse(method: string, error: unknown): ErrorResponse {
  if (error instanceof SDKError) {
    const { errorCode, errorMessage, ...rest } = error.details;
    const response: ErrorResponse = { method, status: false, errorCode, errorMessage, result: error.extras.result ?? null, ...rest };
    if (error.extras.evidence !== undefined) response.evidence = error.extras.evidence;
    if (error.extras.alsoFailing !== undefined) response.alsoFailing = error.extras.alsoFailing;
    return response;
  }
  const refused = error instanceof CallError ? error : new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error));
  return {
    method,
    status: false,
    errorCode: 1,
    errorMessage: refused.reason,
    result: null,
    name: 'FAIL',
    cause: refused.type === 'INTERNAL_ERROR' ? 'unexpected' : 'not_allowed',
    type: refused.type,
  };
}

/** An Error with the fields of an error response, for callers without callbacks. */
export class ClientViewError extends Error {
  constructor(response: ErrorResponse) {
    super(response.errorMessage);
    Object.assign(this, response);
  }
}

/** Whether a page gave a callback of its own. */
export function hasCallbacks(args: Callbacks | null | undefined): boolean {
  return typeof args?.success === 'function' || typeof args?.error === 'function';
}

/** Calls a callback of the page, if it is one. */
export function invokeCallback(callback: unknown, response: SuccessResponse | ErrorResponse): void {
  if (typeof callback === 'function') callSafely(() => (callback as (response: unknown) => unknown)(response));
}

/**
 * Runs a function of the contract: with callbacks they are called and nothing
 * is returned; without, it returns a promise for the same.
 */
export function run(method: string, args: Callbacks | null | undefined, work: () => unknown): Promise<SuccessResponse> | undefined {
  const outcome = (async () => successResponse(method, (await work()) ?? null))();
  if (!hasCallbacks(args)) {
    return outcome.catch((error: unknown) => {
      throw new ClientViewError(errorResponse(method, error));
    });
  }
  outcome.then(
    (response) => invokeCallback(args?.success, response),
    (error: unknown) => invokeCallback(args?.error, errorResponse(method, error)),
  );
  return undefined;
}
