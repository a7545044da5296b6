/** The callbacks of a control channel transport. */
export interface TransportHandlers {
  /** Connected. `recovered` is false when events may have been missed, the first connect included. */
  connected(recovered: boolean): void;
  /** A subscription was renewed while connected: events may have been missed. */
  stale(): void;
  /** The connection is lost and being restored. */
  lost(): void;
  /** The connection is closed permanently with this code. */
  closed(code: number): void;
  /** One event; its content is not yet checked. */
  event(data: unknown): void;
}

/** The transport of the control channel: one connection that is restored until it is closed. */
export interface Transport {
  connect(): void;
  /** Rejects with TransportError. */
  rpc(method: string, data: unknown): Promise<unknown>;
  close(): void;
}

/** Opens a control channel with the address and the token of a join response. */
export type OpenTransport = (address: { url: string; token: string }, handlers: TransportHandlers) => Transport;

/** A failed call over the transport. */
export class TransportError extends Error {
  /** The server's error code, or a small number of the client library. */
  readonly code: number;
  /** Whether the call may have run: the connection failed, not the call. */
  readonly outcomeUnknown: boolean;

  constructor(code: number, message: string, outcomeUnknown: boolean) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
    this.outcomeUnknown = outcomeUnknown;
  }
}

/**
 * Whether an error is a TransportError, checked without `instanceof`: with script
 * tags the media chunk has its own copy of the class.
 */
export function isTransportError(error: unknown): error is TransportError {
  return error instanceof Error && error.name === 'TransportError' && 'outcomeUnknown' in error;
}
