import type { Clock } from './clock';
import { CallError } from './errors';
import type { Line, LineHandlers, OpenLine } from './line';
import { isLineError } from './line';
import { log } from './log';
import type { ChatMessage } from './model';
import { chatKept, sent } from './roster';
import type { Endpoint, ServerEvent, Snapshot } from './wire';
import { chatPageOf, eventOf, snapshotOf } from './wire';

/** How long a command may take, repetitions included. */
const commandTimeout = 15_000;
const snapshotRetry = 1_000;
/** The server closes a line that carries more at once; no command needs nearly as much. */
const longestCommand = 20_000;
/** A page shows at least so many messages of before, if there are as many. */
const chatWanted = 200;
/** Events kept while a snapshot is under way; more than this and a newer snapshot is asked for. */
const heldEvents = 5_000;

export interface ControlHandlers {
  snapshot(snapshot: Snapshot): void;
  event(event: ServerEvent): void;
  /** Connected and up to date. */
  ready(): void;
  lost(): void;
  closed(code: number): void;
}

/**
 * The control channel of one seat: keeps snapshots and events in step, and
 * carries commands that run once however often they are sent.
 */
export class Control {
  private readonly line: Line;
  private snapshotRevision = -1;
  /** When the newest message that the page has was sent; NaN while it has none. */
  private newestChat = Number.NaN;
  private held: ServerEvent[] | null = null;
  private wanted = 0;
  private connected = false;
  private over = false;
  private readonly whenConnected = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly newId: () => string,
    openLine: OpenLine,
    address: Endpoint,
    private readonly handlers: ControlHandlers,
  ) {
    const lineHandlers: LineHandlers = {
      connected: (recovered) => this.onConnected(recovered),
      stale: () => void this.refresh(),
      lost: () => this.onLost(),
      closed: (code) => this.onClosed(code),
      event: (data) => this.onEvent(data),
    };
    this.line = openLine(address, lineHandlers);
  }

  /** Takes the snapshot of the join answer, if there was one, as the first picture. */
  start(first: Snapshot | null): void {
    if (first) this.take(first);
    this.line.connect();
  }

  /** Hears nothing any more. The line itself is kept until `gone`: a line that breaks first would show somebody who leaves as lost. */
  close(gone?: Promise<unknown>): void {
    if (this.over) return;
    this.over = true;
    const close = (): void => this.line.close();
    if (gone) gone.then(close, close);
    else close();
    this.wake();
  }

  /** Asks for a fresh snapshot; events that arrive meanwhile are held back. */
  async refresh(): Promise<void> {
    const turn = ++this.wanted;
    this.held ??= [];
    while (!this.over && this.connected && turn === this.wanted) {
      let snapshot: Snapshot | null = null;
      try {
        snapshot = await this.load();
      } catch (error) {
        log.info('the meeting state could not be loaded', error);
      }
      if (this.over || !this.connected || turn !== this.wanted) return;
      if (snapshot) {
        this.take(snapshot);
        this.handlers.ready();
        return;
      }
      await new Promise<void>((resolve) => void this.clock.after(snapshotRetry, resolve));
    }
  }

  /**
   * Reads a snapshot with all of its pages. Events since the first page are held
   * back and applied to all of them, which brings each page to the same state.
   */
  private async load(): Promise<Snapshot | null> {
    const snapshot = snapshotOf(await this.line.rpc('snapshot', {}));
    if (!snapshot) return null;
    for (let after = snapshot.moreAfter; after; ) {
      const page = snapshotOf(await this.line.rpc('snapshot', { after }));
      snapshot.participants = [...snapshot.participants, ...(page?.participants ?? [])];
      after = page?.moreAfter;
    }
    // After a gap it reads back to what it had.
    const lacks = (oldest: ChatMessage): boolean =>
      snapshot.chat.length < chatWanted || (snapshot.chat.length < chatKept && sent(oldest) > this.newestChat);
    while (snapshot.moreChat && snapshot.chat[0] && lacks(snapshot.chat[0])) {
      const page = chatPageOf(await this.line.rpc('chat', { before: snapshot.chat[0].id }));
      snapshot.chat = [...page.chat, ...snapshot.chat];
      snapshot.moreChat = page.more && page.chat.length > 0;
    }
    return snapshot;
  }

  /**
   * Runs a command once. A cut line in the middle is waited for and the
   * command sent again under its id, so that it neither gets lost nor runs
   * twice. Rejects with CallError.
   */
  async command(type: string, data: object): Promise<unknown> {
    if (JSON.stringify(data).length > longestCommand) throw new CallError('INVALID_PARAMETERS', 'a parameter is too long');
    const requestId = this.newId();
    const deadline = this.clock.now() + commandTimeout;
    for (let tries = 1; ; tries++) {
      if (this.over) throw new CallError('IMPROPER_MEETING_STATE', 'closed');
      try {
        return await this.within(deadline, this.line.rpc('command', { requestId, type, data }));
      } catch (error) {
        if (error instanceof CallError) throw error;
        const again = isLineError(error) && (error.transport || (error.code === 1005 && tries < 3));
        if (!again) throw callErrorOf(error);
        await this.within(deadline, this.connectedAgain(Math.min(200 * tries, 1_000)));
      }
    }
  }

  private onConnected(recovered: boolean): void {
    if (this.over) return;
    this.connected = true;
    this.wake();
    if (recovered && this.held === null && this.snapshotRevision >= 0) this.handlers.ready();
    else void this.refresh();
  }

  private onLost(): void {
    this.connected = false;
    if (this.over) return;
    this.handlers.lost();
  }

  private onClosed(code: number): void {
    if (this.over) return;
    this.over = true;
    this.connected = false;
    this.wake();
    this.handlers.closed(code);
  }

  private onEvent(data: unknown): void {
    const event = eventOf(data);
    if (!event || this.over) return;
    if (event.type === 'session.refresh') return void this.refresh();
    // Revision 0 belongs to this seat alone and is in no snapshot's order.
    if (event.revision === 0 || this.held === null) this.deliver(event);
    else if (this.held.length < heldEvents) this.held.push(event);
    else {
      this.held = [];
      void this.refresh();
    }
  }

  private take(snapshot: Snapshot): void {
    const held = this.held ?? [];
    this.held = null;
    if (snapshot.revision >= this.snapshotRevision) {
      this.snapshotRevision = snapshot.revision;
      this.noteChat(snapshot.chat.at(-1));
      this.handlers.snapshot(snapshot);
    }
    for (const event of held) this.deliver(event);
  }

  private deliver(event: ServerEvent): void {
    if (event.revision !== 0 && event.revision <= this.snapshotRevision) return;
    if (event.type === 'chat.message') this.noteChat(event.data);
    this.handlers.event(event);
  }

  private noteChat(message: ChatMessage | undefined): void {
    if (message && !(sent(message) < this.newestChat)) this.newestChat = sent(message);
  }

  private wake(): void {
    for (const run of [...this.whenConnected]) run();
    this.whenConnected.clear();
  }

  /** Resolves once connected (or over), but never earlier than after `least` milliseconds. */
  private connectedAgain(least: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(least, () => {
        if (this.connected || this.over) resolve();
        else this.whenConnected.add(resolve);
      });
    });
  }

  private within<T>(deadline: number, work: Promise<T>): Promise<T> {
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

/** Maps a refusal of the control channel to the classes of Component View. */
export function callErrorOf(error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (!isLineError(error)) return new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error));
  const [word = '', ...rest] = error.message.split(': ');
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
      return new CallError('INTERNAL_ERROR', detail || word || 'the server could not complete the request');
  }
}
