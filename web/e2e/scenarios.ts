import { readFileSync } from 'node:fs';
import { ERROR_ROWS } from '../meetingsdk/src/core/errcodes.gen.ts';
import type { View } from './app-server.ts';
import type { Fields } from './person.ts';
import { Server } from './server.ts';
import type { Step } from './steps.ts';

/** One code of `GET /dev/v1/scenarios`. */
export interface ScenarioListing {
  code: number;
  name: string;
  category: string;
  title: string;
  where: Where;
  /** The causes that can be staged; the first is the usual one. */
  causes: string[];
}

export type Where = 'page' | 'gate' | 'room' | 'inside';

/** A part of the world in the wanted state, and how to meet the code there: `POST /dev/v1/scenarios/{code}`. */
export interface Scenario {
  code: number;
  name: string;
  cause: string;
  where: Where;
  explanation: string;
  /** The views that meet it. */
  views: View[];
  join: Fields;
  clientViewJoin: Fields;
  before: Step[];
  after: Step[];
}

/** The list of the program under test, from a server that lives just for that. */
export async function scenarioList(): Promise<ScenarioListing[]> {
  const server = await Server.start();
  try {
    const response = await fetch(`${server.url}/dev/v1/scenarios`);
    return ((await response.json()) as { scenarios: ScenarioListing[] }).scenarios;
  } finally {
    await server.stop();
  }
}

/** The reference's codes by number, with their names. */
export const reference: ReadonlyMap<number, string> = new Map(
  readFileSync(new URL('../../errcode/testdata/reference.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([code, name]) => [Number(code), name ?? '']),
);

/** The sentence of a code on the wire. */
export function sentenceOf(code: number): string {
  const row = ERROR_ROWS.find((r) => r.code === code);
  if (!row) throw new Error(`the catalogue has no ${code}`);
  return row.message;
}

/** Brings a fresh part of the server's world into the state of a code and cause, other people being real pages. */
export async function setUpScenario(server: string, code: number, cause: string): Promise<Scenario> {
  const response = await fetch(`${server}/dev/v1/scenarios/${code}?cause=${encodeURIComponent(cause)}&live=page`, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`the scenario ${code} ${cause} was answered ${response.status}: ${text}`);
  return JSON.parse(text) as Scenario;
}
