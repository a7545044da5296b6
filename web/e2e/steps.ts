import { expect } from '@playwright/test';
import type { View } from './app-server.ts';
import type { People } from './fixtures.ts';
import type { Fields, Outcome, Person } from './person.ts';

export type Action = 'lock' | 'unlock' | 'remove' | 'end' | 'admit' | 'hold' | 'leave';

/** The closed list of what is done around a join; see docs for developers. */
export type Step =
  | { do: 'skip-init' }
  | { do: 'init-with'; options: Fields }
  | { do: 'join-other-meeting'; join: Fields }
  | { do: 'block-webrtc' }
  | { do: 'open-page'; as: string; view: View; join: Fields }
  | { do: 'act'; as: string; action: Action; target?: string }
  | { do: 'http'; method: string; path: string; body?: unknown }
  | { do: 'cut-network'; forMs?: number }
  | { do: 'restore-network' }
  | { do: 'call'; method: string; args?: unknown[] }
  | { do: 'wait'; ms: number };

/** The network of the joining page, which can really be cut: HTTP, WebSocket and media. */
export interface Network {
  cut(): void;
  restore(): void;
}

/** Whom steps call by this name makes the join that everything is about. */
const joiner = 'joiner';

/** Carries steps out with real pages: the joining one, and others that steps open. */
export class StepRunner {
  private readonly pages: Map<string, Person>;
  private initOptions: Fields;
  private initialise = true;
  private restoring: NodeJS.Timeout | undefined;
  /** What came of the last `call`. */
  lastCall: Outcome | undefined;

  constructor(
    private readonly person: Person,
    private readonly people: People,
    private readonly server: string,
    private readonly network: Network,
    initOptions: Fields = {},
  ) {
    this.pages = new Map([[joiner, person]]);
    this.initOptions = initOptions;
  }

  /** Whether the view itself shows a refused join. */
  get dialogs(): boolean {
    return this.person.view === 'client' && this.initOptions['isShowJoiningErrorDialog'] !== false;
  }

  async steps(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.step(step);
  }

  /** Initialises unless a step has disabled it, and joins with options under the view's own names. */
  async join(options: Fields): Promise<Outcome> {
    await this.init();
    return this.person.joinWith(options);
  }

  /** Restores the connection, whatever the steps did to it. */
  end(): void {
    clearTimeout(this.restoring);
    this.network.restore();
  }

  private async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'skip-init':
        this.initialise = false;
        return;
      case 'init-with':
        this.initOptions = { ...this.initOptions, ...step.options };
        return;
      case 'join-other-meeting': {
        await this.init();
        const outcome = await this.person.joinWith(step.join);
        expect(outcome, 'the other meeting is entered').toHaveProperty(this.person.view === 'client' ? 'success' : 'resolved');
        return;
      }
      case 'block-webrtc':
        await this.person.page.evaluate(() => {
          for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Reflect.deleteProperty(window, name);
        });
        return;
      case 'open-page': {
        const page = await this.people.open(step.view);
        this.pages.set(step.as, page);
        await page.init();
        const outcome = await page.joinWith(step.join);
        expect(outcome, `${step.as} enters`).toHaveProperty(step.view === 'client' ? 'success' : 'resolved');
        return;
      }
      case 'act':
        return act(this.page(step.as), step.action, step.target === undefined ? undefined : this.page(step.target));
      case 'http': {
        const body = step.body === undefined ? {} : { body: JSON.stringify(step.body) };
        const response = await fetch(this.server + step.path, { method: step.method, headers: { 'content-type': 'application/json' }, ...body });
        expect(response.ok, `${step.method} ${step.path} is answered ${response.status}: ${await response.text()}`).toBe(true);
        return;
      }
      case 'cut-network':
        this.network.cut();
        if (step.forMs) this.restoring = setTimeout(() => this.network.restore(), step.forMs);
        return;
      case 'restore-network':
        return this.end();
      case 'call':
        this.lastCall = await this.person.call(step.method, ...(step.args ?? []));
        return;
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, step.ms));
        return;
      default:
        // The list is closed: a step that is not on it must not pass unseen.
        throw new Error(`there is no step “${(step as { do: string }).do}”`);
    }
  }

  private async init(): Promise<void> {
    if (!this.initialise) return;
    this.initialise = false;
    await this.person.init(this.initOptions);
  }

  private page(name: string): Person {
    const page = this.pages.get(name);
    if (!page) throw new Error(`no page is called “${name}”`);
    return page;
  }
}

/** A person does something by the SDK's public functions. */
async function act(who: Person, action: Action, target?: Person): Promise<void> {
  const done = (outcome: Outcome): void => {
    expect(outcome, `${action} is carried out`).toHaveProperty(who.view === 'client' ? 'success' : 'resolved');
  };
  const targetId = async (): Promise<number> => {
    if (!target) throw new Error(`${action} needs a target`);
    return target.userId();
  };
  const hold = async (onHold: boolean): Promise<Outcome> => {
    const userId = await targetId();
    return who.view === 'client' ? who.call('putOnHold', { userId, hold: onHold }) : who.call('putOnHold', userId, onHold);
  };
  switch (action) {
    case 'lock':
      return done(await who.command('lockMeeting', 'lockMeeting', true));
    case 'unlock':
      return done(await who.command('lockMeeting', 'lockMeeting', false));
    case 'remove':
      return done(await who.command('expel', 'userId', await targetId()));
    case 'admit':
      return done(await hold(false));
    case 'hold':
      return done(await hold(true));
    case 'end':
      return who.endMeeting();
    case 'leave':
      return who.leave();
    default:
      throw new Error(`there is no action “${String(action)}”`);
  }
}
