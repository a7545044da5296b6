import { expect, test as base, views, type View } from '../fixtures.ts';
import type { Person } from '../person.ts';
import { expectAdmitted, expectCallRefused, expectConnected, expectEnded, expectQuietRefusal, expectReconnecting, expectRefusal, type Refusal } from '../refusals.ts';
import { freeMediaPort, mediaAddress, Relay } from '../relay.ts';
import { setUpScenario, reference, scenarioList, sentenceOf, type ScenarioListing, type Scenario } from '../scenarios.ts';
import { Server } from '../server.ts';
import { StepRunner } from '../steps.ts';

/*
 * Every code in both views, from the program's own list of scenarios: the
 * server creates new fixtures, other participants join with real pages,
 * and the connection of the joining page is really cut.
 */

/** A server for all tests of a worker, and the relay in front of it. Every scenario has fixtures of its own. */
const test = base.extend<object, { cable: { server: Server; relay: Relay } }>({
  cable: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const mediaPort = await freeMediaPort();
      const server = await Server.start({ mediaPort, mediaAddress });
      const relay = await Relay.start(server.address, mediaPort);
      await use({ server, relay });
      await relay.stop();
      await server.stop();
    },
    { scope: 'worker' },
  ],
  server: async ({ cable }, use) => {
    await use(cable.server);
  },
});

/** What meets only one view, as the contract has it: Component View's 1 for a failed join. */
const onlyComponent = new Set([200]);
/** Client View waits for the host by itself, unless the app shows its own words. */
const withoutDialog = { isShowJoiningErrorDialog: false };
/** `onUserLeave.reasonCode` of an end from outside; 0 for the others. */
const leaveReasons: Readonly<Record<number, number>> = { 4004: 1, 3009: 6 };

const list = await scenarioList();

test('every code of the reference has a scenario, and so has 200', () => {
  expect(reference.size).toBe(46);
  const listed = new Map(list.map(({ code, name }) => [code, name]));
  for (const [code, name] of [...reference, [200, 'FAIL'] as const]) expect(listed.get(code), String(code)).toBe(name);
  for (const { code, causes } of list) expect(causes, String(code)).not.toHaveLength(0);
});

// One cut serves both views: giving up takes a minute.
for (const listed of list.filter(cutsConnection)) {
  test(`both views: ${listed.code} ${listed.name}`, async ({ people, cable }) => {
    test.setTimeout(150_000);
    let inside = 0;
    let bothInside = (): void => undefined;
    const both = new Promise<void>((resolve) => (bothInside = resolve));
    const plays: StepRunner[] = [];
    try {
      await Promise.all(
        views.map(async (view) => {
          const scenario = await firstOf(cable.server.url, listed, view);
          const person = await people.open(view, { server: cable.relay.url });
          const steps = new StepRunner(person, people, cable.server.url, cable.relay);
          plays.push(steps);
          await meet(person, steps, scenario, async () => {
            if (++inside === views.length) bothInside();
            await both;
          });
          expect(await person.events('page error')).toEqual([]);
        }),
      );
    } finally {
      // Not before both have given up: the second would find the server there.
      for (const steps of plays) steps.end();
    }
  });
}

for (const view of views) {
  test.describe(`${view} view`, () => {
    for (const listed of list) {
      const { code, name, causes } = listed;
      if (cutsConnection(listed) || (view === 'client' && onlyComponent.has(code))) continue;

      test(`${code} ${name}`, async ({ people, cable }) => {
        const scenario = await firstOf(cable.server.url, listed, view);
        const person = await people.open(view);
        await go(person, new StepRunner(person, people, cable.server.url, cable.relay, code === 3008 && view === 'client' ? withoutDialog : {}), scenario);
      });

      if (causes.length < 2) continue;
      test(`${code} ${name} for its further causes`, async ({ people, cable }) => {
        test.setTimeout(60_000 + 5_000 * causes.length);
        const first = await firstOf(cable.server.url, listed, view);
        const person = await people.open(view);
        let met = 0;
        for (const cause of causes) {
          if (cause === first.cause) continue;
          const scenario = await setUpScenario(cable.server.url, code, cause);
          if (!scenario.views.includes(view)) continue;
          met++;
          await test.step(cause, async () => {
            await person.page.reload();
            await go(person, new StepRunner(person, people, cable.server.url, cable.relay, view === 'client' ? withoutDialog : {}), scenario);
            if (view === 'client') await expect(person.page.getByRole('alertdialog')).toHaveCount(0);
          });
        }
        test.skip(met === 0, `no other cause of ${code} is met in ${view} view`);
      });
    }
  });
}

/** Whether a code is about a connection lost in the meeting. */
function cutsConnection({ where, category }: ScenarioListing): boolean {
  return where === 'inside' && category === 'connection';
}

/** The scenario of the most usual cause that the view meets. */
async function firstOf(server: string, { code, causes }: ScenarioListing, view: View): Promise<Scenario> {
  for (const cause of causes) {
    const scenario = await setUpScenario(server, code, cause);
    if (scenario.views.includes(view)) return scenario;
  }
  throw new Error(`no cause of ${code} is met in ${view} view`);
}

/** Whether the page got as far as beginning a join: neither unprepared nor busy. */
function attemptedBy({ code, cause }: Scenario): boolean {
  return code !== 2 && cause !== 'other_meeting_in_page';
}

/** Runs a scenario, which must end as described, and restores the connection. */
async function go(person: Person, steps: StepRunner, scenario: Scenario): Promise<void> {
  try {
    await meet(person, steps, scenario);
  } finally {
    steps.end();
  }
  expect(await person.events('page error')).toEqual([]);
}

async function meet(person: Person, steps: StepRunner, scenario: Scenario, admitted?: () => Promise<void>): Promise<void> {
  const { code, name, cause, where, before, after } = scenario;
  const refusal: Refusal = { code, name, message: sentenceOf(code), cause, inPage: where === 'page' };
  if (code === 3711) refusal.result = expect.objectContaining({ meetingNumber: expect.stringMatching(/^\d{9,11}$/) });
  if (code === 3008) refusal.result = expect.objectContaining({ topic: expect.stringMatching(/./) });
  await steps.steps(before);
  const states = await person.states();
  const outcome = await steps.join(person.view === 'client' ? scenario.clientViewJoin : scenario.join);
  if (code === 0) return expectAdmitted(person, outcome);
  if (where !== 'inside') {
    if (before.some((step) => step.do === 'join-other-meeting')) await expectQuietRefusal(person, outcome, refusal, states);
    else await expectRefusal(person, outcome, refusal);
    // A refused join is shown to the user as well, unless the app does that.
    if (steps.dialogs && attemptedBy(scenario)) await expect(person.page.getByRole('alertdialog')).toContainText(String(code));
    return steps.steps(after);
  }
  await expectAdmitted(person, outcome);
  await admitted?.();
  await steps.steps(after);
  if (code === 4000) {
    await expectReconnecting(person);
    await expectConnected(person, 45_000);
    return;
  }
  if (code === 1) return expectCallRefused(steps.lastCall, cause);
  await expectEnded(person, refusal, 100_000);
  if (person.view === 'client') {
    const left = (await person.events('onUserLeave')).at(-1);
    expect(left).toMatchObject({ reasonCode: leaveReasons[code] ?? 0 });
    await expect(person.page.locator('.ar-page__title')).toBeVisible();
  }
}
