import type { Clock } from './clock';
import { CallError } from './errors';
import type { Transport, TransportHandlers, OpenTransport } from './transport';
import { isTransportError } from './transport';
import { log } from './log';
import type { ChatMessage } from './model';
import { maxChatMessages, sentTime } from './roster';
import type { Endpoint, ServerEvent, Snapshot } from './wire';
import { parseChatPage, parseEvent, parseSnapshot } from './wire';

/** How long a command may take, repetitions included. */
const commandTimeout = 15_000;
const snapshotRetryDelay = 1_000;
/** The server closes a connection that sends a larger message; no command needs nearly as much. */
const maxCommandLength = 20_000;
/** How many earlier messages a page loads at least, if there are that many. */
const chatHistoryTarget = 200;
/** How many events are buffered while a snapshot loads; if there are more, a newer snapshot is requested. */
const maxBufferedEvents = 5_000;

export interface ControlChannelHandlers {
  snapshot(snapshot: Snapshot): void;
  event(event: ServerEvent): void;
  /** Connected and up to date. */
  ready(): void;
  lost(): void;
  closed(code: number): void;
}

/**
 * The control channel of one participant: applies snapshots and events in order, and
 * sends commands that run once however often they are repeated.
 */
export class ControlChannel {
  private readonly transport: Transport;
  private snapshotRevision = -1;
  /** When the newest message that the page has was sent; NaN while it has none. */
  private newestChat = Number.NaN;
  private bufferedEvents: ServerEvent[] | null = null;
  private refreshGeneration = 0;
  private connected = false;
  private closed = false;
  private readonly connectionWaiters = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly newId: () => string,
    openTransport: OpenTransport,
    address: Endpoint,
    private readonly handlers: ControlChannelHandlers,
  ) {
    const transportHandlers: TransportHandlers = {
      connected: (recovered) => this.onConnected(recovered),
      stale: () => void this.refresh(),
      lost: () => this.onLost(),
      closed: (code) => this.onClosed(code),
      event: (data) => this.onEvent(data),
    };
    this.transport = openTransport(address, transportHandlers);
  }

  /** Applies the snapshot of the join response, if there is one, as the first state. */
  start(first: Snapshot | null): void {
    if (first) this.applySnapshot(first);
    this.transport.connect();
  }

  /** Stops handling events. The transport stays open until `left` settles: if it closed first, others would see a lost connection instead of a departure. */
  close(left?: Promise<unknown>): void {
    if (this.closed) return;
    this.closed = true;
    const close = (): void => this.transport.close();
    if (left) left.then(close, close);
    else close();
    this.resolveConnectionWaiters();
  }

  /** Requests a new snapshot; events that arrive meanwhile are buffered. */
  async refresh(): Promise<void> {
    const generation = ++this.refreshGeneration;
    this.bufferedEvents ??= [];
    while (!this.closed && this.connected && generation === this.refreshGeneration) {
      let snapshot: Snapshot | null = null;
      try {
        snapshot = await this.load();
      } catch (error) {
        log.info('the meeting state could not be loaded', error);
      }
      if (this.closed || !this.connected || generation !== this.refreshGeneration) return;
      if (snapshot) {
        this.applySnapshot(snapshot);
        this.handlers.ready();
        return;
      }
      await new Promise<void>((resolve) => void this.clock.after(snapshotRetryDelay, resolve));
    }
  }

  /**
   * Loads a snapshot with all of its pages. Events since the first page are buffered
   * and applied to all of them, which brings each page to the same state.
   */
  private async load(): Promise<Snapshot | null> {
    const snapshot = parseSnapshot(await this.transport.rpc('snapshot', {}));
    if (!snapshot) return null;
    for (let after = snapshot.moreAfter; after; ) {
      const page = parseSnapshot(await this.transport.rpc('snapshot', { after }));
      snapshot.participants = [...snapshot.participants, ...(page?.participants ?? [])];
      after = page?.moreAfter;
    }
    // After a gap, load back to the newest message that the page has.
    const needsOlder = (oldest: ChatMessage): boolean =>
      snapshot.chat.length < chatHistoryTarget || (snapshot.chat.length < maxChatMessages && sentTime(oldest) > this.newestChat);
    while (snapshot.moreChat && snapshot.chat[0] && needsOlder(snapshot.chat[0])) {
      const page = parseChatPage(await this.transport.rpc('chat', { before: snapshot.chat[0].id }));
      snapshot.chat = [...page.chat, ...snapshot.chat];
      snapshot.moreChat = page.more && page.chat.length > 0;
    }
    return snapshot;
  }

  /**
   * Runs a command once. If the connection breaks, waits until it is restored and
   * sends the command again with the same id, so that it is neither lost nor run
   * twice. Rejects with CallError.
   */
  async command(type: string, data: object): Promise<unknown> {
    if (JSON.stringify(data).length > maxCommandLength) throw new CallError('INVALID_PARAMETERS', 'a parameter is too long');
    const requestId = this.newId();
    const deadline = this.clock.now() + commandTimeout;
    for (let tries = 1; ; tries++) {
      if (this.closed) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
      try {
        return await this.withDeadline(deadline, this.transport.rpc('command', { requestId, type, data }));
      } catch (error) {
        if (error instanceof CallError) throw error;
        const retriable = isTransportError(error) && (error.outcomeUnknown || (error.code === 1005 && tries < 3));
        if (!retriable) throw toCallError(error);
        await this.withDeadline(deadline, this.waitForConnection(Math.min(200 * tries, 1_000)));
      }
    }
  }

  private onConnected(recovered: boolean): void {
    if (this.closed) return;
    this.connected = true;
    this.resolveConnectionWaiters();
    if (recovered && this.bufferedEvents === null && this.snapshotRevision >= 0) this.handlers.ready();
    else void this.refresh();
  }

  private onLost(): void {
    this.connected = false;
    if (this.closed) return;
    this.handlers.lost();
  }

  private onClosed(code: number): void {
    if (this.closed) return;
    this.closed = true;
    this.connected = false;
    this.resolveConnectionWaiters();
    this.handlers.closed(code);
  }

  private onEvent(data: unknown): void {
    const event = parseEvent(data);
    if (!event || this.closed) return;
    if (event.type === 'session.refresh') return void this.refresh();
    // Events with revision 0 are for this participant alone and are part of no snapshot.
    if (event.revision === 0 || this.bufferedEvents === null) this.deliver(event);
    else if (this.bufferedEvents.length < maxBufferedEvents) this.bufferedEvents.push(event);
    else {
      this.bufferedEvents = [];
      void this.refresh();
    }
  }

  private applySnapshot(snapshot: Snapshot): void {
    const buffered = this.bufferedEvents ?? [];
    this.bufferedEvents = null;
    if (snapshot.revision >= this.snapshotRevision) {
      this.snapshotRevision = snapshot.revision;
      this.trackNewestChat(snapshot.chat.at(-1));
      this.handlers.snapshot(snapshot);
    }
    for (const event of buffered) this.deliver(event);
  }

  private deliver(event: ServerEvent): void {
    if (event.revision !== 0 && event.revision <= this.snapshotRevision) return;
    if (event.type === 'chat.message') this.trackNewestChat(event.data);
    this.handlers.event(event);
  }

  private trackNewestChat(message: ChatMessage | undefined): void {
    if (message && !(sentTime(message) < this.newestChat)) this.newestChat = sentTime(message);
  }

  private resolveConnectionWaiters(): void {
    for (const run of [...this.connectionWaiters]) run();
    this.connectionWaiters.clear();
  }

  /** Resolves once connected (or closed), but not before `minDelay` milliseconds have passed. */
  private waitForConnection(minDelay: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(minDelay, () => {
        if (this.connected || this.closed) resolve();
        else this.connectionWaiters.add(resolve);
      });
    });
  }

  private withDeadline<T>(deadline: number, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const cancel = this.clock.after(Math.max(deadline - this.clock.now(), 0), () =>
        reject(new CallError('OPERATION_TIMEOUT', 'the server did not answer in time')),
      );
      work.then(
        (value) => (cancel(), resolve(value)),
        (error: unknown) => (cancel(), reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }
}

/** Maps an error of the control channel to the error types of Component View. */
export function toCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (!isTransportError(error)) return new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error));
  const [name = '', ...rest] = error.message.split(': ');
  const detail = rest.join(': ');
  switch (error.code) {
    case 1001:
      return new CallError('INSUFFICIENT_PRIVILEGES', detail || 'host or co-host only');
    case 1002:
      return new CallError('INVALID_PARAMETERS', detail || 'a parameter is not valid');
    case 1003:
      return new CallError('IMPROPER_MEETING_STATE', detail || 'on hold');
    case 1004:
      return new CallError('INVALID_OPERATION', detail || 'not possible now');
    case 1006: {
      const seconds = /^retryAfter (\d+)$/.exec(detail)?.[1];
      return new CallError('INVALID_OPERATION', seconds ? `too many calls; try again in ${seconds} s` : 'too many calls; wait a moment');
    }
    default:
      return new CallError('INTERNAL_ERROR', detail || name || 'the server could not complete the request');
  }
}
