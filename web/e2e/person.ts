import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import type { View } from './app-server.ts';

/** Options of a join under Component View's names; Client View's differ in one. */
export interface JoinOptions {
  meetingNumber: string;
  userName: string;
  signature: string;
  password?: string;
  [option: string]: unknown;
}

export type Fields = Record<string, unknown>;

/** The outcome of a join or call. The field that is set shows how it was reported. */
export interface Outcome {
  resolved?: unknown;
  rejected?: Fields;
  success?: Fields;
  error?: Fields;
}

/** Whether a call was refused only because the page was reconnecting, according to `errorMessage` or `reason`. */
function isReconnecting({ error, rejected }: Outcome): boolean {
  return error?.['errorMessage'] === 'reconnecting' || rejected?.['reason'] === 'reconnecting';
}

/** A participant as an app reads it. */
export interface Attendee {
  userId: number;
  userName: string;
  muted: boolean;
  audio: string;
  video: boolean;
  isHost: boolean;
  [field: string]: unknown;
}

interface InPage {
  app: {
    init(options: Fields): Promise<Outcome>;
    join(options: Fields): Promise<Outcome>;
    call(method: string, ...args: unknown[]): Promise<Outcome>;
    roster(): Promise<Attendee[]>;
    self(): Promise<Attendee | null>;
  };
  recorded: { name: string; payload: Fields }[];
  audioEnergy(): Promise<number>;
  connections: RTCPeerConnection[];
}

/** Somebody with a browser of their own, on the page of an app. */
export class Person {
  constructor(
    readonly view: View,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  async init(options: Fields = {}): Promise<Outcome> {
    return this.page.evaluate((o) => (window as unknown as InPage).app.init(o), options);
  }

  /** Calls the SDK's join and returns its first outcome. */
  async join(options: JoinOptions): Promise<Outcome> {
    return this.joinWith(this.options(options));
  }

  /** The same with options that are passed on as they are. */
  async joinWith(options: Fields): Promise<Outcome> {
    return this.page.evaluate((o) => (window as unknown as InPage).app.join(o), options);
  }

  /** Initialises and joins, and must get in. */
  async enter(options: JoinOptions, initOptions: Fields = {}): Promise<void> {
    expect(await this.init(initOptions)).toHaveProperty(this.view === 'client' ? 'success' : 'resolved');
    await this.mustJoin(options);
  }

  async mustJoin(options: JoinOptions): Promise<void> {
    const outcome = await this.join(options);
    if (this.view === 'component') expect(outcome).toEqual({ resolved: '' });
    else expect(outcome).toEqual({ success: { method: 'join', status: true, errorCode: 0, errorMessage: null, result: null } });
  }

  /** The options under the view's names. */
  options({ password, ...rest }: JoinOptions): Fields {
    if (password === undefined) return rest;
    return { ...rest, [this.view === 'client' ? 'passWord' : 'password']: password };
  }

  /** Calls a function of the SDK: Component View's arguments in order, Client View's as one object. */
  async callOnce(method: string, ...args: unknown[]): Promise<Outcome> {
    return this.page.evaluate(([m, a]) => (window as unknown as InPage).app.call(m, ...a), [method, args] as const);
  }

  /**
   * Calls a function of the SDK as an app would. A call refused because the
   * page was just reconnecting, as happens on a busy machine, has not
   * run: it is repeated until the connection is restored.
   */
  async call(method: string, ...args: unknown[]): Promise<Outcome> {
    for (;;) {
      const outcome = await this.callOnce(method, ...args);
      if (!isReconnecting(outcome)) return outcome;
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** Calls a function of either view that takes one object or one value. */
  async command(method: string, name: string, value: unknown): Promise<Outcome> {
    return this.view === 'client' ? this.call(method, { [name]: value }) : this.call(method, value);
  }

  async sendChat(text: string): Promise<Outcome> {
    return this.command('sendChat', 'message', text);
  }

  async leave(): Promise<void> {
    if (this.view === 'client') {
      await this.page.evaluate(() => void (window as unknown as InPage).app.call('leaveMeeting', {}));
      await this.page.waitForURL('**/left');
    } else {
      expect(await this.call('leaveMeeting')).toEqual({ resolved: '' });
    }
  }

  /** Ends the meeting for all. Does not wait for the response, which may not arrive before the meeting is over. */
  async endMeeting(): Promise<void> {
    await this.page.evaluate((view) => {
      const { app } = window as unknown as InPage;
      void (view === 'client' ? app.call('endMeeting', {}) : app.call('endMeeting'));
    }, this.view);
  }

  async roster(): Promise<Attendee[]> {
    return this.page.evaluate(() => (window as unknown as InPage).app.roster());
  }

  async self(): Promise<Attendee | null> {
    return this.page.evaluate(() => (window as unknown as InPage).app.self());
  }

  async userId(): Promise<number> {
    const self = await this.self();
    if (!self) throw new Error('this page is in no meeting');
    return self.userId;
  }

  async names(): Promise<string[]> {
    return (await this.roster()).map((a) => a.userName).sort();
  }

  /** The payloads of an event so far. */
  async events(name: string): Promise<Fields[]> {
    return this.page.evaluate((n) => (window as unknown as InPage).recorded.filter((s) => s.name === n).map((s) => s.payload), name);
  }

  /** The names of all recorded events, in order. */
  async eventNames(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as InPage).recorded.map((s) => s.name));
  }

  /** The payloads of an event, lists taken apart. */
  async people(name: string): Promise<Fields[]> {
    return (await this.events(name)).flat() as Fields[];
  }

  /** The states of the connection so far, in the view's own words. */
  async states(): Promise<unknown[]> {
    if (this.view === 'client') return (await this.events('onMeetingStatus')).map((p) => p['status']);
    return (await this.events('connection-change')).map((p) => p['state']);
  }

  /** The texts of the chat messages received so far. */
  async chat(): Promise<string[]> {
    if (this.view === 'client') return (await this.events('onReceiveChatMsg')).map((p) => String((p['content'] as Fields)['text']));
    return (await this.events('chat-on-message')).map((p) => String(p['message']));
  }

  /** A button of the view by its accessible name. */
  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async startMicrophone(): Promise<void> {
    await this.button('join audio').or(this.button('unmute my microphone')).click();
    await expect(this.button('mute my microphone')).toBeVisible();
  }

  async startCamera(): Promise<void> {
    await this.button('start my video').click();
    await expect(this.button('stop my video')).toBeVisible();
  }

  /** The video frames of a participant rendered so far; 0 without a video. `currentTime` would advance without any. */
  async frames(userId: number): Promise<number> {
    return this.page.evaluate((id) => {
      const videos = [...document.querySelectorAll<HTMLVideoElement>(`[data-user-id="${id}"] video`)];
      return Math.max(0, ...videos.map((v) => (v.videoWidth > 0 ? v.getVideoPlaybackQuality().totalVideoFrames : 0)));
    }, userId);
  }

  /** A participant's video must be shown and move. */
  async expectMovingVideo(userId: number): Promise<void> {
    await expect.poll(() => this.frames(userId), { message: `a picture of ${userId}` }).toBeGreaterThan(0);
    const before = await this.frames(userId);
    await expect.poll(() => this.frames(userId), { message: `the picture of ${userId} moves` }).toBeGreaterThan(before + 3);
  }

  /** The states of the peer connections that the SDK has not closed. */
  async openConnections(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as InPage).connections.map((c) => c.connectionState).filter((state) => state !== 'closed'));
  }

  /** The loudness received so far. */
  async audioEnergy(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as InPage).audioEnergy());
  }

  /** Sound must arrive and be played. */
  async expectAudio(): Promise<void> {
    const before = await this.audioEnergy();
    await expect.poll(() => this.audioEnergy(), { message: 'sound arrives' }).toBeGreaterThan(before);
  }
}
