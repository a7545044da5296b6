import { expect } from '@playwright/test';
import type { Fields, Outcome, Person } from './person.ts';

/** A refusal as the reference and the catalogue word it. */
export interface Refusal {
  code: number;
  name: string;
  message: string;
  cause: string;
  /** Whether the page itself refused, without a server's attempt. */
  inPage?: boolean;
  /** Client View's `result`. */
  result?: unknown;
}

/** Checks everything a page is told of a refused join, to the letter of the contract. */
export async function expectRefusal(person: Person, outcome: Outcome, refusal: Refusal): Promise<void> {
  const { code, name, message, cause, inPage = false } = refusal;
  const told = person.view === 'component' ? outcome.rejected : outcome.error;
  expect(told, 'the join was refused').toBeDefined();
  if (person.view === 'component') {
    expect(told).toMatchObject({ isError: true, type: 'JOIN_MEETING_FAILED', reason: name, errorCode: code, message, name, cause });
    await expect.poll(() => last(person, 'connection-change')).toMatchObject({ state: 'Fail', reason: name, errorCode: code });
    expect((await person.states()).filter((s) => s === 'Fail' || s === 'Closed')).toEqual(['Fail']);
  } else {
    expect(told).toMatchObject({ method: 'join', status: false, errorCode: code, errorMessage: message, name, cause });
    expect(told?.['result']).toEqual(refusal.result ?? null);
    await expect.poll(() => last(person, 'onMeetingStatus')).toMatchObject({ status: 3, meetingStatus: 3, errorCode: code, errorMessage: message });
    expect(await person.told('join error')).toHaveLength(1);
    expect(await person.told('join success')).toHaveLength(0);
    const order = await person.order();
    expect(order.lastIndexOf('onMeetingStatus'), 'error comes before the status').toBeGreaterThan(order.indexOf('join error'));
  }
  expect(told?.['remedy'], 'what helps is said').toMatch(/\w{3}/);
  if (inPage) expect(told?.['attemptId']).toBeNull();
  else expect(told?.['attemptId'], 'the attempt can be looked up').toMatch(/\w{4}/);
  expect(told?.['docs']).toBe(`/docs/errors/${code}`);
}

/** A join that is let in, and what the page is told of it. */
export async function expectAdmitted(person: Person, outcome: Outcome): Promise<void> {
  if (person.view === 'component') expect(outcome).toEqual({ resolved: '' });
  else expect(outcome).toEqual({ success: { method: 'join', status: true, errorCode: 0, errorMessage: null, result: null } });
  await expect.poll(() => person.states()).toEqual(person.view === 'client' ? [1, 2] : ['Connecting', 'Connected']);
  expect(await person.self()).not.toBeNull();
}

/** A join that the page refuses because it is in a meeting, which goes on: no status event, or apps would navigate away. */
export async function expectQuietRefusal(person: Person, outcome: Outcome, refusal: Refusal, states: readonly unknown[]): Promise<void> {
  const { code, name, message, cause } = refusal;
  const told = outcome.rejected ?? outcome.error;
  if (person.view === 'component') expect(told).toMatchObject({ isError: true, type: 'JOIN_MEETING_FAILED', reason: name, errorCode: code, message, name, cause });
  else expect(told).toMatchObject({ method: 'join', status: false, errorCode: code, errorMessage: message, result: null, name, cause });
  expect(told?.['attemptId']).toBeNull();
  expect(await person.states()).toEqual(states);
  expect(await person.self()).not.toBeNull();
}

/** A function that was refused to somebody inside. */
export function expectCallRefused(outcome: Outcome | undefined, cause: string): void {
  const told = outcome?.rejected ?? outcome?.error;
  expect(told).toMatchObject({ errorCode: 1, type: 'INSUFFICIENT_PRIVILEGES' });
  if (outcome?.rejected) expect(told).toMatchObject({ isError: true, reason: expect.stringMatching(/./) });
  else expect(told).toMatchObject({ status: false, name: 'FAIL', cause });
}

/** A meeting that went on and is over now, for a reason with a number. */
export async function expectOver(person: Person, { code, name, message, cause }: Refusal, timeout?: number): Promise<void> {
  const options = timeout === undefined ? {} : { timeout };
  if (person.view === 'component') {
    await expect.poll(() => last(person, 'connection-change'), options).toMatchObject({ state: 'Closed', reason: name, errorCode: code, message, name, cause });
  } else {
    await expect
      .poll(() => last(person, 'onMeetingStatus'), options)
            .toMatchObject({ status: 3, meetingStatus: 3, errorCode: code, errorMessage: message, name, cause });
  }
}

/** A line that is being restored. */
export async function expectReconnecting(person: Person): Promise<void> {
  const { event, wanted } =
    person.view === 'component'
      ? { event: 'connection-change', wanted: { state: 'Reconnecting', reason: 'RE_CONNECTING', message: 'Meeting is reconnecting.' } }
      : { event: 'onMeetingStatus', wanted: { status: 4, meetingStatus: 4, errorMessage: 'Meeting is reconnecting.' } };
  // Both links are cut at once: either may be missed first.
  const cause = expect.stringMatching(/^(control_channel|media)_lost$/);
  await expect.poll(() => last(person, event), { message: 'the loss is noticed' }).toMatchObject({ ...wanted, errorCode: 4000, name: 'RE_CONNECTING', cause });
}

/** A line that stands, once more or for the first time. */
export async function expectConnected(person: Person, timeout?: number): Promise<void> {
  const wanted = person.view === 'component' ? 'Connected' : 2;
  await expect.poll(async () => (await person.states()).at(-1), { message: 'the line stands', ...(timeout ? { timeout } : {}) }).toBe(wanted);
}

async function last(person: Person, event: string): Promise<Fields | undefined> {
  return (await person.told(event)).at(-1);
}
