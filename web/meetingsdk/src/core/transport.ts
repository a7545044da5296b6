/** How a control channel tells what happens to it. */
export interface TransportHandlers {
  /** Connected. `recovered` is false when events may have been missed, the first connect included. */
  connected(recovered: boolean): void;
  /** A subscription came anew while connected: what it carried before is unknown. */
  stale(): void;
  /** The line is down and being restored. */
  lost(): void;
  /** The line is closed for good with this code. */
  closed(code: number): void;
  /** One event; its content is not yet checked. */
  event(data: unknown): void;
}

/** The control channel: one connection that restores itself until closed for good. */
export interface Transport {
  connect(): void;
  /** Rejects with LineError. */
  rpc(method: string, data: unknown): Promise<unknown>;
  close(): void;
}

/** Opens a control channel at the address and with the token of a join answer. */
export type OpenTransport = (address: { url: string; token: string }, handlers: TransportHandlers) => Transport;

/** A call over the line that failed. */
export class TransportError extends Error {
  /** The server's number, or a small number of the transport. */
  readonly code: number;
  /** Whether it was the transport: the call may or may not have run. */
  readonly outcomeUnknown: boolean;

  constructor(code: number, message: string, outcomeUnknown: boolean) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
    this.outcomeUnknown = outcomeUnknown;
  }
}

/**
 * Tells a LineError by its looks: with script tags the media chunk has a class
 * of its own of that name.
 */
export function isTransportError(error: unknown): error is TransportError {
  return error instanceof Error && error.name === 'TransportError' && 'outcomeUnknown' in error;
}
