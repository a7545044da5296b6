import { expect } from '@playwright/test';
import type { Fields, Outcome, Person } from './person.ts';

/** A refusal with the texts of the reference and the catalogue. */
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

/** Checks everything that a page receives about a refused join against the contract. */
export async function expectRefusal(person: Person, outcome: Outcome, refusal: Refusal): Promise<void> {
  const { code, name, message, cause, inPage = false } = refusal;
  const details = person.view === 'component' ? outcome.rejected : outcome.error;
  expect(details, 'the join was refused').toBeDefined();
  if (person.view === 'component') {
    expect(details).toMatchObject({ isError: true, type: 'JOIN_MEETING_FAILED', reason: name, errorCode: code, message, name, cause });
    await expect.poll(() => last(person, 'connection-change')).toMatchObject({ state: 'Fail', reason: name, errorCode: code });
    expect((await person.states()).filter((s) => s === 'Fail' || s === 'Closed')).toEqual(['Fail']);
  } else {
    expect(details).toMatchObject({ method: 'join', status: false, errorCode: code, errorMessage: message, name, cause });
    expect(details?.['result']).toEqual(refusal.result ?? null);
    await expect.poll(() => last(person, 'onMeetingStatus')).toMatchObject({ status: 3, meetingStatus: 3, errorCode: code, errorMessage: message });
    expect(await person.events('join error')).toHaveLength(1);
    expect(await person.events('join success')).toHaveLength(0);
    const order = await person.eventNames();
    expect(order.lastIndexOf('onMeetingStatus'), 'error comes before the status').toBeGreaterThan(order.indexOf('join error'));
  }
  expect(details?.['remedy'], 'what helps is said').toMatch(/\w{3}/);
  if (inPage) expect(details?.['attemptId']).toBeNull();
  else expect(details?.['attemptId'], 'the attempt can be looked up').toMatch(/\w{4}/);
  expect(details?.['docs']).toBe(`/docs/errors/${code}`);
}

/** An admitted join, and what the page receives. */
export async function expectAdmitted(person: Person, outcome: Outcome): Promise<void> {
  if (person.view === 'component') expect(outcome).toEqual({ resolved: '' });
  else expect(outcome).toEqual({ success: { method: 'join', status: true, errorCode: 0, errorMessage: null, result: null } });
  await expect.poll(() => person.states()).toEqual(person.view === 'client' ? [1, 2] : ['Connecting', 'Connected']);
  expect(await person.self()).not.toBeNull();
}

/** A join that the page refuses because it is in a meeting, which goes on: no status event, or apps would navigate away. */
export async function expectQuietRefusal(person: Person, outcome: Outcome, refusal: Refusal, states: readonly unknown[]): Promise<void> {
  const { code, name, message, cause } = refusal;
  const details = outcome.rejected ?? outcome.error;
  if (person.view === 'component') expect(details).toMatchObject({ isError: true, type: 'JOIN_MEETING_FAILED', reason: name, errorCode: code, message, name, cause });
  else expect(details).toMatchObject({ method: 'join', status: false, errorCode: code, errorMessage: message, result: null, name, cause });
  expect(details?.['attemptId']).toBeNull();
  expect(await person.states()).toEqual(states);
  expect(await person.self()).not.toBeNull();
}

/** A function that was refused in a meeting. */
export function expectCallRefused(outcome: Outcome | undefined, cause: string): void {
  const details = outcome?.rejected ?? outcome?.error;
  expect(details).toMatchObject({ errorCode: 1, type: 'INSUFFICIENT_PRIVILEGES' });
  if (outcome?.rejected) expect(details).toMatchObject({ isError: true, reason: expect.stringMatching(/./) });
  else expect(details).toMatchObject({ status: false, name: 'FAIL', cause });
}

/** A meeting that went on and is over now, for a reason with a number. */
export async function expectEnded(person: Person, { code, name, message, cause }: Refusal, timeout?: number): Promise<void> {
  const options = timeout === undefined ? {} : { timeout };
  if (person.view === 'component') {
    await expect.poll(() => last(person, 'connection-change'), options).toMatchObject({ state: 'Closed', reason: name, errorCode: code, message, name, cause });
  } else {
    await expect
      .poll(() => last(person, 'onMeetingStatus'), options)
            .toMatchObject({ status: 3, meetingStatus: 3, errorCode: code, errorMessage: message, name, cause });
  }
}

/** A connection that is being restored. */
export async function expectReconnecting(person: Person): Promise<void> {
  const { event, wanted: expected } =
    person.view === 'component'
      ? { event: 'connection-change', wanted: { state: 'Reconnecting', reason: 'RE_CONNECTING', message: 'Meeting is reconnecting.' } }
      : { event: 'onMeetingStatus', wanted: { status: 4, meetingStatus: 4, errorMessage: 'Meeting is reconnecting.' } };
  // Both links are cut at once: either may be missed first.
  const cause = expect.stringMatching(/^(control_channel|media)_lost$/);
  await expect.poll(() => last(person, event), { message: 'the loss is noticed' }).toMatchObject({ ...expected, errorCode: 4000, name: 'RE_CONNECTING', cause });
}

/** An established connection, for the first time or again. */
export async function expectConnected(person: Person, timeout?: number): Promise<void> {
  const expected = person.view === 'component' ? 'Connected' : 2;
  await expect.poll(async () => (await person.states()).at(-1), { message: 'the line stands', ...(timeout ? { timeout } : {}) }).toBe(expected);
}

async function last(person: Person, event: string): Promise<Fields | undefined> {
  return (await person.events(event)).at(-1);
}
