import type { Fields, Outcome, Received, ScenarioApp, View } from './app';
import { http, scenarioList, describeStep, type ScenarioListing, type Scenario, type Step } from './scenarios';
import { showError } from './dev-api';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = byId<HTMLFormElement>('choice');
const codes = form.elements.namedItem('code') as HTMLSelectElement;
const causes = form.elements.namedItem('cause') as HTMLSelectElement;
const views = form.elements.namedItem('view') as RadioNodeList;
const outcome = byId('outcome');

/** The errorCode of what an app receives, also where Client View wraps it. */
function codeOf(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { errorCode } = payload as { errorCode?: unknown };
  return typeof errorCode === 'number' ? errorCode : undefined;
}

/** An object as an app would log it: an Error with its own fields, too. */
function printable(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return JSON.stringify(Object.assign({ message: value.message }, value), null, 2);
  return JSON.stringify(value, null, 2) ?? 'undefined';
}

/** One run: the frames it opened, and what its app has received. */
class Run {
  private readonly apps = new Map<string, ScenarioApp>();
  private readonly injectedFaults: string[] = [];
  private initialise = true;
  private initOptions: Fields = {};
  private met = false;
  private ended = false;

  constructor(
    private readonly scenario: Scenario,
    private readonly view: View,
  ) {}

  async start(): Promise<void> {
    const { code, before, after } = this.scenario;
    this.listSteps();
    await this.open('joiner', this.view, byId('frame'));
    for (const step of before) await this.step(step);
    await this.init();
    // Frames of one tab share its session storage: prevent resuming a participant of another frame.
    sessionStorage.clear();
    const joined = await this.app('joiner').join(JSON.stringify(this.view === 'client' ? this.scenario.clientViewJoin : this.scenario.join));
    this.done();
    if (code === 0 && joined.ok) this.finish(true, '0 SUCCESS: the join succeeded.');
    else if (!joined.ok && codeOf(joined.value) !== code) this.finish(false, `The join returned ${codeOf(joined.value) ?? 'no code'} instead of ${code}.`);
    else if (joined.ok && this.scenario.where !== 'inside') this.finish(false, `The join succeeded instead of failing with ${code}.`);
    for (const step of after) await this.step(step);
    if (this.scenario.where === 'inside' && !this.met && after.length > 0) this.show('waiting', `The steps are complete. Waiting for ${code} ${this.scenario.name}…`);
  }

  /** Stops what would go on without the page: the faults that the run injected. */
  end(): void {
    this.ended = true;
    this.restore();
  }

  private receive(received: Received): void {
    if (this.ended) return;
    const entry = document.createElement('li');
    const source = document.createElement('strong');
    source.textContent = received.source;
    const text = document.createElement('pre');
    text.textContent = printable(received.payload);
    entry.append(source, text);
    byId('received').append(entry);
    const { code, name } = this.scenario;
    if (code !== 0 && codeOf(received.payload) === code && !received.source.startsWith('init')) this.finish(true, `${code} ${name}: your app received it from ${received.source.split(':')[0]}.`);
  }

  private finish(met: boolean, text: string): void {
    if (this.met || this.ended) return;
    this.met = met;
    this.show(met ? 'met' : 'missed', text);
  }

  private show(state: string, text: string): void {
    if (this.ended || this.met && state !== 'met') return;
    outcome.hidden = false;
    outcome.dataset['state'] = state;
    outcome.textContent = text;
  }

  private async open(as: string, view: View, place: HTMLElement): Promise<void> {
    const frame = document.createElement('iframe');
    frame.title = as === 'joiner' ? 'The app' : as;
    frame.allow = 'camera; microphone; display-capture; autoplay; fullscreen';
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    frame.src = `/demo/app/${view}`;
    place.append(frame);
    await loaded;
    const app = frame.contentWindow?.scenarioApp;
    if (!app) throw new Error('The web SDK did not load in the frame. Run `make build`, then reload this page.');
    if (as === 'joiner') app.listen((received) => this.receive(received));
    this.apps.set(as, app);
    if (as === 'joiner' && view === 'component') this.hintAt(frame);
  }

  /** Says that the app has to show the error, while the SDK shows nothing by itself. */
  private hintAt(frame: HTMLIFrameElement): void {
    const root = frame.contentDocument?.getElementById('meetingSDKElement');
    if (!root) return;
    const update = (): void => {
      if (!this.ended) byId('shown').hidden = !this.met || root.innerText.trim() !== '';
    };
    new MutationObserver(update).observe(root, { childList: true, subtree: true, characterData: true });
    new MutationObserver(update).observe(outcome, { attributes: true });
  }

  private app(as: string): ScenarioApp {
    const app = this.apps.get(as);
    if (!app) throw new Error(`This scenario has no participant “${as}”.`);
    return app;
  }

  private async init(): Promise<void> {
    if (!this.initialise) return;
    this.initialise = false;
    await this.app('joiner').init(JSON.stringify(this.initOptions));
  }

  private async step(step: Step): Promise<void> {
    if (this.ended) return;
    switch (step.do) {
      case 'skip-init':
        this.initialise = false;
        break;
      case 'init-with':
        Object.assign(this.initOptions, step.options);
        break;
      case 'join-other-meeting':
        await this.init();
        this.expect(await this.app('joiner').join(JSON.stringify(step.join)));
        break;
      case 'block-webrtc': {
        const page = byId('frame').querySelector('iframe')?.contentWindow;
        for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) if (page) Reflect.deleteProperty(page, name);
        break;
      }
      case 'open-page':
        await this.open(step.as, step.view, byId('others'));
        this.expect(await this.app(step.as).init('{}'));
        this.expect(await this.app(step.as).join(JSON.stringify(step.join)));
        break;
      case 'act':
        await this.act(step.as, step.action, step.target);
        break;
      case 'http':
        await http(step.method, step.path, step.body);
        break;
      case 'cut-network':
        await this.cut();
        if (step.forMs) setTimeout(() => this.restore(), step.forMs);
        break;
      case 'restore-network':
        this.restore();
        break;
      case 'call':
        await this.app('joiner').call(step.method, JSON.stringify(step.args ?? []));
        break;
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, step.ms));
        break;
    }
    this.done();
  }

  private expect(outcome: Outcome): void {
    if (!outcome.ok) throw new Error(`A step failed: ${printable(outcome.value)}`);
  }

  /** Other participants use Component View. */
  private async act(as: string, action: string, target?: string): Promise<void> {
    const app = this.app(as);
    const userId = target === undefined ? 0 : await this.app(target).userId();
    const calls: Record<string, [string, ...unknown[]]> = {
      lock: ['lockMeeting', true],
      unlock: ['lockMeeting', false],
      remove: ['expel', userId],
      admit: ['putOnHold', userId, false],
      hold: ['putOnHold', userId, true],
      end: ['endMeeting'],
      leave: ['leaveMeeting'],
    };
    const [method, ...args] = calls[action] ?? [action];
    const done = app.call(method, JSON.stringify(args));
    // The page that ends a meeting may be gone before the response arrives.
    if (action !== 'end') this.expect(await done);
  }

  /** No page can cut its own network: the server drops this meeting's control channel and media instead. */
  private async cut(): Promise<void> {
    const meetingNumber = String(this.scenario.join['meetingNumber']);
    for (const point of ['packets', 'realtime']) {
      const { id } = await http<{ id: string }>('POST', '/dev/v1/faults', { point, kind: 'drop', meetingNumber, ...(point === 'realtime' ? { count: 1000 } : {}) });
      this.injectedFaults.push(id);
    }
  }

  private restore(): void {
    for (const id of this.injectedFaults.splice(0)) void http('DELETE', `/dev/v1/faults/${id}`).catch(() => undefined);
  }

  private listSteps(): void {
    const { before, after } = this.scenario;
    const texts = [...before.map(describeStep), `Join meeting ${String(this.scenario.join['meetingNumber'] ?? '')}`, ...after.map(describeStep)];
    byId('steps').replaceChildren(...texts.map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  }

  /** Marks the next step of the list as complete. */
  private done(): void {
    if (!this.ended) byId('steps').querySelector('li:not(.done)')?.classList.add('done');
  }
}

let list: ScenarioListing[] = [];
let running: Run | undefined;

const listed = (): ScenarioListing | undefined => list.find(({ code }) => String(code) === codes.value);

function offerCauses(): void {
  causes.replaceChildren(...(listed()?.causes ?? []).map((cause) => new Option(cause, cause)));
}

async function reproduce(): Promise<void> {
  const entry = listed();
  if (!entry) return;
  const view: View = views.value === 'client' ? 'client' : 'component';
  history.replaceState(null, '', `?${new URLSearchParams({ code: codes.value, cause: causes.value, view }).toString()}`);
  running?.end();
  running = undefined;
  for (const id of ['frame', 'others', 'received', 'steps']) byId(id).replaceChildren();
  for (const id of ['trouble', 'limits']) byId(id).hidden = true;
  byId('title').textContent = `Reproduce ${entry.code} ${entry.name}`;
  document.title = `Reproduce ${entry.code} ${entry.name} · Anteroom`;
  byId<HTMLAnchorElement>('docs').href = `/docs/errors/${entry.code}`;
  const path = `/dev/v1/scenarios/${entry.code}?cause=${encodeURIComponent(causes.value)}`;
  byId('command').textContent = `curl -X POST '${location.origin}${path}'`;
  byId('shown').hidden = true;
  outcome.hidden = false;
  outcome.dataset['state'] = 'running';
  outcome.textContent = 'Running…';

  const scenario = await http<Scenario>('POST', `${path}&live=page`);
  byId('explanation').textContent = scenario.explanation;
  const limits = byId('limits');
  if (!scenario.views.includes(view)) {
    outcome.dataset['state'] = 'missed';
    outcome.textContent = `This code and cause do not occur in ${view === 'client' ? 'Client' : 'Component'} View. Choose the other view.`;
    return;
  }
  if (scenario.after.some((step) => step.do === 'cut-network')) {
    limits.hidden = false;
    const body = (point: string, rest = '') => `'{"point":"${point}","kind":"drop","meetingNumber":"${String(scenario.join['meetingNumber'])}"${rest}}'`;
    limits.textContent =
      'A page cannot disconnect its own network. Instead, the server drops the connection and the media of this meeting. ' +
      'To do the same in your own page, run these commands while it is in the meeting; DELETE /dev/v1/faults restores the connection:';
    byId('command').textContent += `\n\n# while the page is in the meeting\n${[body('realtime', ',"count":1000'), body('packets')].map((b) => `curl ${location.origin}/dev/v1/faults -d ${b}`).join('\n')}\n\n# restore the connection\ncurl -X DELETE ${location.origin}/dev/v1/faults`;
  }
  running = new Run(scenario, view);
  await running.start();
}

function fail(what: unknown): void {
  outcome.hidden = true;
  showError(what);
}

codes.addEventListener('change', offerCauses);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  reproduce().catch(fail);
});
addEventListener('pagehide', () => running?.end());

scenarioList().then((found) => {
  list = found;
  codes.replaceChildren(...list.map(({ code, name }) => new Option(`${code} ${name}`, String(code))));
  const asked = new URLSearchParams(location.search);
  codes.value = asked.get('code') ?? '3004';
  const unknownCode = codes.selectedIndex < 0;
  if (unknownCode) codes.selectedIndex = 0;
  offerCauses();
  if (asked.get('view') === 'client') views.value = 'client';
  if (unknownCode) return fail(`There is no scenario for the code “${asked.get('code') ?? ''}”. Select one from the list.`);
  const cause = asked.get('cause');
  if (cause && !listed()?.causes.includes(cause)) return fail(`There is no scenario for the cause “${cause}” of ${codes.value}. Select one from the list.`);
  if (cause) causes.value = cause;
  if (asked.has('code')) reproduce().catch(fail);
}, fail);
