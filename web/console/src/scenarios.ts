import type { Fields, View } from './app';

/** One code of `GET /dev/v1/scenarios`. */
export interface ScenarioListing {
  code: number;
  name: string;
  category: string;
  title: string;
  where: string;
  /** The causes that can be reproduced, the most common one first. */
  causes: string[];
}

/** What is done around a join; a closed list. */
export type Step =
  | { do: 'skip-init' }
  | { do: 'init-with'; options: Fields }
  | { do: 'join-other-meeting'; join: Fields }
  | { do: 'block-webrtc' }
  | { do: 'open-page'; as: string; view: View; join: Fields }
  | { do: 'act'; as: string; action: string; target?: string }
  | { do: 'http'; method: string; path: string; body?: unknown }
  | { do: 'cut-network'; forMs?: number }
  | { do: 'restore-network' }
  | { do: 'call'; method: string; args?: unknown[] }
  | { do: 'wait'; ms: number };

/** The response of `POST /dev/v1/scenarios/{code}`. */
export interface Scenario {
  code: number;
  name: string;
  cause: string;
  where: string;
  explanation: string;
  views: View[];
  join: Fields;
  clientViewJoin: Fields;
  before: Step[];
  after: Step[];
}

export async function http<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${text.slice(0, 300)}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

export const scenarioList = async (): Promise<ScenarioListing[]> => (await http<{ scenarios: ScenarioListing[] }>('GET', '/dev/v1/scenarios')).scenarios;

const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;

const who = (as: string) => (as === 'host' ? 'The host' : as === 'joiner' ? 'you' : `The participant “${as}”`);

const actionTexts: Readonly<Record<string, (name: string) => string>> = {
  lock: () => 'locks the meeting',
  unlock: () => 'unlocks the meeting',
  remove: (name) => `removes ${name}`,
  end: () => 'ends the meeting',
  admit: (name) => `admits ${name}`,
  hold: (name) => `moves ${name} to the waiting room`,
  leave: () => 'leaves',
};

/** A step as a sentence. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'skip-init': return 'Call join without init';
    case 'init-with': return `Call init with ${JSON.stringify(step.options)}`;
    case 'join-other-meeting': return `Join another meeting (${String(step.join['meetingNumber'])}) in the same page`;
    case 'block-webrtc': return 'Make WebRTC unavailable in the page';
    case 'open-page': return `${who(step.as)} joins`;
    case 'act': return `${who(step.as)} ${actionTexts[step.action]?.(who(step.target ?? 'joiner')) ?? step.action}`;
    case 'http': return `${step.method} ${step.path}${step.body === undefined ? '' : ` ${JSON.stringify(step.body)}`}`;
    case 'cut-network': return step.forMs ? `Interrupt the connection for ${count(Math.round(step.forMs / 1000), 'second')}` : 'Interrupt the connection';
    case 'restore-network': return 'Restore the connection';
    case 'call': return `Call ${step.method}(${(step.args ?? []).map((a) => JSON.stringify(a)).join(', ')})`;
    case 'wait': return `Wait ${step.ms} ms`;
  }
}
