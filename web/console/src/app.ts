/** A small app of the SDK without controls of its own: the page that reproduces errors drives it from outside. */

export type View = 'client' | 'component';
export type Fields = Record<string, unknown>;

/** One thing that the SDK reported to the app. */
export interface Received {
  source: string;
  payload: unknown;
}

/** How a call of the SDK ended. */
export interface Outcome {
  ok: boolean;
  value: unknown;
}

/** What the page outside calls. Options cross as JSON, so that every object belongs to this frame. */
export interface ScenarioApp {
  listen(receive: (received: Received) => void): void;
  init(options: string): Promise<Outcome>;
  join(options: string): Promise<Outcome>;
  call(method: string, args: string): Promise<Outcome>;
  userId(): Promise<number>;
}

declare global {
  interface Window {
    scenarioApp?: ScenarioApp;
  }
}

type Callbacks = Fields & { success: (value: unknown) => void; error: (value: unknown) => void };
interface ClientView {
  preLoadWasm(): void;
  prepareWebSDK(): void;
  getCurrentUser(options: { success: (r: { result: { currentUser: { userId: number } } }) => void }): void;
  inMeetingServiceListener(event: string, listener: (payload: unknown) => void): void;
}
interface ComponentView {
  on(event: string, listener: (payload: unknown) => void): void;
  getCurrentUser(): { userId: number } | null;
}
declare const ZoomMtg: ClientView;
declare const ZoomMtgEmbedded: { createClient(): ComponentView };

let receive: (received: Received) => void = () => undefined;
const parse = (text: string): Fields => JSON.parse(text) as Fields;
const listen = (next: (received: Received) => void): void => {
  receive = next;
};

/** Reports an outcome under the name that the app would use for it, then returns it. */
function report(source: string, outcome: Outcome): Outcome {
  receive({ source, payload: outcome.value });
  return outcome;
}

function clientApp(): ScenarioApp {
  ZoomMtg.preLoadWasm();
  ZoomMtg.prepareWebSDK();
  const call = (method: string, options: Fields): Promise<Outcome> =>
    new Promise((resolve) => {
      const callbacks: Callbacks = {
        ...options,
        success: (value) => resolve(report(`${method}: success`, { ok: true, value })),
        error: (value) => resolve(report(`${method}: error`, { ok: false, value })),
      };
      (ZoomMtg as unknown as Record<string, (o: Callbacks) => void>)[method]?.(callbacks);
    });
  return {
    listen,
    init: (options) => {
      for (const event of ['onMeetingStatus', 'onUserIsInWaitingRoom', 'onUserLeave']) ZoomMtg.inMeetingServiceListener(event, (payload) => receive({ source: event, payload }));
      return call('init', { leaveUrl: '/demo/app/left', disablePreview: true, ...parse(options) });
    },
    join: (options) => call('join', parse(options)),
    call: (method, args) => call(method, (JSON.parse(args) as Fields[])[0] ?? {}),
    userId: () =>
      new Promise((resolve) => {
        const success = (r: { result: { currentUser: { userId: number } } }) => resolve(r.result.currentUser.userId);
        ZoomMtg.getCurrentUser({ success });
      }),
  };
}

function componentApp(): ScenarioApp {
  const client = ZoomMtgEmbedded.createClient();
  const call = async (method: string, args: unknown[]): Promise<Outcome> => {
    try {
      const value = await (client as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
      return report(`${method}: resolved`, { ok: true, value });
    } catch (error) {
      return report(`${method}: rejected`, { ok: false, value: error });
    }
  };
  client.on('connection-change', (payload) => receive({ source: 'connection-change', payload }));
  const customize = { video: { isResizable: false, viewSizes: { default: { width: Math.max(280, innerWidth - 16), height: 360 } } } };
  return {
    listen,
    init: (options) => call('init', [{ zoomAppRoot: document.getElementById('meetingSDKElement'), language: 'en-US', customize, ...parse(options) }]),
    join: (options) => call('join', [parse(options)]),
    call: (method, args) => call(method, JSON.parse(args) as unknown[]),
    userId: () => Promise.resolve(client.getCurrentUser()?.userId ?? 0),
  };
}

window.scenarioApp = document.body.dataset['view'] === 'client' ? clientApp() : componentApp();
