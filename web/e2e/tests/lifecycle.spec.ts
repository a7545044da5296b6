import type { BrowserContext, Page } from '@playwright/test';
import { withRelay } from '../with-relay.ts';
import { expect, views } from '../fixtures.ts';
import { breaksOnce, documented, recordEvents, participantKinds, offStage, ownEvents, expectedDeparture, section, recordedEvents, withoutInterruptions, eventsAbout, write, type Departure, type SeenEvent, type ParticipantKind, type Timing, type DepartureKind } from '../lifecycle.ts';
import { Person, type JoinOptions } from '../person.ts';
import { expectConnected } from '../refusals.ts';
import type { World } from '../world.ts';

/*
 * Everybody leaves in every way: what their page receives, what others see. The
 * tables of docs/developers/lifecycle.md are what is observed here;
 * UPDATE_LIFECYCLE=1 writes them.
 */

/** How long participants are kept, in seconds: shortened, except in `make test-long`. */
const long = process.env['ANTEROOM_LONG_TESTS'] === '1';
const keepSeconds = long ? { goodbye: 10, lost: 60 } : { goodbye: 6, lost: 10 };
const test = withRelay(long ? {} : { ANTEROOM_TEST_TIMES: `lost=${keepSeconds.lost}s,goodbye=${keepSeconds.goodbye}s,empty=10s` });
/** For what comes after a place was given up. */
const slack = { timeout: 1000 * (keepSeconds.lost + 30) };

const demo = 'Demo meeting';
/** Only registrants need a meeting that asks for registration. */
const registering = 'Registration required';
const topicOf = (kind: ParticipantKind): string => (kind === 'registrant' ? registering : demo);

/** The join options for a kind of participant; credentials are new each time. */
async function joining(world: World, kind: ParticipantKind, registrants = 'robin'): Promise<JoinOptions> {
  const topic = topicOf(kind);
  const { number } = world.meeting(topic);
  switch (kind) {
    case 'guest':
      return world.joinOptions(topic, 'Grace');
    case 'host with ZAK':
      return world.hostOptions(topic);
    case 'registrant':
      return { ...(await world.joinOptions(topic, 'Robin')), tk: await world.tk(number, `${registrants}@school.example`, 'Robin') };
    case 'OBF bot':
      return { ...(await world.joinOptions(topic, 'Notes for Mia')), obfToken: await world.obf('mia@acme.example', number) };
    default:
      throw new Error(`nobody is a ${String(kind)}`);
  }
}

/** Somebody who leaves and joins again, through the relay. */
interface Leaver {
  kind: ParticipantKind;
  person: Person;
  userId: number;
  options?: JoinOptions;
}

for (const view of views) {
  test(`everybody who goes, in every way, in ${view} view`, async ({ world, people, relay, app }) => {
    test.setTimeout(240_000 + (long ? 240_000 : 0));
    const address = app.address(view, relay.url);
    // The page before the app's in the history of its tab.
    const open = (): Promise<Person> => people.open(view, { address: `${app.origin}/left?before`, before: (context: BrowserContext) => context.addInitScript(recordEvents) });
    // Mia, in whose name the bot is there, stays in the one meeting, and Una in the other one.
    const [mia, una] = await Promise.all([open(), open()]);
    const leavers = await Promise.all(participantKinds.map(async (kind): Promise<Leaver> => ({ kind, person: await open(), userId: 0 })));
    const [guest, host, registrant, bot] = leavers as [Leaver, Leaver, Leaver, Leaver];
    const seen = new Map<DepartureKind, Map<ParticipantKind, Departure>>();

    const watcher = ({ kind }: Leaver): Person => (kind === 'registrant' ? una : mia);
    const isSeen = async (leaver: Leaver, by = watcher(leaver)): Promise<boolean> => (await by.roster()).some(({ userId }) => userId === leaver.userId);
    const own = async ({ person }: Leaver, since: number): Promise<string[]> => {
      if (person.page.isClosed()) return [];
      const events = ownEvents(await recordedEvents(person, since));
      return person.page.url() === `${app.origin}/left` ? [...events, 'opens leaveUrl'] : events;
    };
    const enterMia = async (): Promise<void> => {
      await mia.page.goto(app.address(view, world.url));
      await mia.enter({ ...(await world.joinOptions(demo, 'Mia')), zak: await world.zak('mia@acme.example') });
    };
    const enterUna = async (): Promise<void> => {
      await una.page.goto(app.address(view, world.url));
      await una.enter({ ...(await world.joinOptions(registering, 'Una')), tk: await world.tk(world.meeting(registering).number, 'una@school.example', 'Una') });
    };
    const come = async (leaver: Leaver, options?: JoinOptions): Promise<void> => {
      await leaver.person.page.goto(address);
      leaver.options = options ?? (await joining(world, leaver.kind));
      await leaver.person.enter(leaver.options);
      leaver.userId = await leaver.person.userId();
    };
    const arrive = async (leaver: Leaver, options?: JoinOptions): Promise<void> => {
      await come(leaver, options);
      await expect.poll(() => isSeen(leaver)).toBe(true);
    };
    const everybody = (): Promise<unknown> => Promise.all(leavers.map((leaver) => arrive(leaver)));

    const note = (way: DepartureKind, { kind }: Leaver, going: Departure): void => {
      expect(going, `${kind}: ${way}`).toEqual(expectedDeparture(view, way, kind));
      seen.set(way, (seen.get(way) ?? new Map<ParticipantKind, Departure>()).set(kind, going));
    };
    /** Waits until all expected events were reported, and records them. */
    const observe = async (way: DepartureKind, leaver: Leaver, start: number, by = watcher(leaver)): Promise<void> => {
      const expected = expectedDeparture(view, way, leaver.kind);
      await expect.poll(async () => (await own(leaver, start)).length, { message: `${leaver.kind}: ${way}, told by the page`, ...slack }).toBeGreaterThanOrEqual(expected.page.length);
      const reported = async (): Promise<SeenEvent[]> => eventsAbout(leaver.userId, await recordedEvents(by, start));
      await expect.poll(async () => (await reported()).length, { message: `${leaver.kind}: ${way}, told by others`, ...slack }).toBeGreaterThanOrEqual(expected.others.length);
      const events = await reported();
      const stays = await isSeen(leaver, by);
      const page = await own(leaver, start);
      const off = await offStage(by, leaver.userId, start);
      note(way, leaver, {
        page: stays ? withoutInterruptions(page) : page,
        others: stays ? breaksOnce(events.map((w) => w.text)) : events.map((w) => w.text),
        stage: stageSoon(off && off - start, expected.stage),
        roster: stays ? 'stays' : rosterSoon(events),
      });
    };
    /** Lets people go in one way, all at the same time. */
    const go = (way: DepartureKind, who: readonly Leaver[], act: (leaver: Leaver) => unknown): Promise<void> =>
      test.step(way, async () => {
        const started = await Promise.all(
          who.map(async (leaver) => {
            const start = Date.now();
            await act(leaver);
            return start;
          }),
        );
        for (const [i, leaver] of who.entries()) {
          await observe(way, leaver, started[i] ?? 0);
          // Nothing of a meeting that is over for a page stays open in it.
          if (!leaver.person.page.isClosed() && leaver.person.page.url() === address) await expect.poll(() => leaver.person.openConnections()).toHaveLength(await isSeen(leaver) ? 1 : 0);
        }
      });

    await Promise.all([enterMia(), enterUna()]);
    relay.exemptMedia();
    await everybody();

    await go('reload', leavers, async ({ person, options, userId }) => {
      await person.page.reload();
      await person.enter(options as JoinOptions);
      expect(await person.userId()).toBe(userId);
    });
    await go('put aside and shown again', leavers, async (leaver) => {
      const start = Date.now();
      await transition(leaver.person.page, 'pagehide');
      await expect.poll(async () => eventsAbout(leaver.userId, await recordedEvents(watcher(leaver), start)).some(({ away }) => away)).toBe(true);
      await transition(leaver.person.page, 'pageshow');
      await expect.poll(async () => eventsAbout(leaver.userId, await recordedEvents(watcher(leaver), start)).at(-1)?.away).toBe(false);
      await expectConnected(leaver.person);
    });
    await go('Back to another page', leavers, ({ person }) => person.page.goBack());
    await everybody();
    await go('`leaveMeeting`', leavers, ({ person }) => person.leave());
    await everybody();
    await go('tab closed, joined from a new one', [host, registrant], async (leaver) => {
      await leaver.person.page.close();
      await anew(leaver);
      await leaver.person.page.goto(address);
      await leaver.person.enter(await joining(world, leaver.kind));
      expect(await leaver.person.userId()).toBe(leaver.userId);
    });
    await go('tab closed', leavers, ({ person }) => person.page.close());
    await Promise.all(leavers.map(anew));
    await everybody();
    await go('renderer crashed', leavers, async (leaver) => {
      await crash(leaver.person.page);
      await leaver.person.page.close();
    });
    await Promise.all(leavers.map(anew));
    await everybody();
    await go('network cut', leavers, () => relay.cut());
    relay.restore();
    await everybody();

    await test.step('the app’s user goes', async () => {
      let start = Date.now();
      await enterMia();
      await observe('the app’s user reloads', bot, start, host.person);
      start = Date.now();
      await mia.leave();
      await observe('the app’s user leaves', bot, start, host.person);
      await enterMia();
      await arrive(bot);
    });

    const endFor = async (who: readonly Leaver[]): Promise<void> => {
      const start = Date.now();
      await host.person.endMeeting();
      for (const leaver of who) {
        const expected = expectedDeparture(view, 'host ends the meeting', leaver.kind);
        await expect.poll(() => own(leaver, start)).toEqual(expected.page);
        const others = async (): Promise<string[]> => ownEvents(await recordedEvents(watcher(leaver), start));
        await expect.poll(others).toEqual(expected.others);
        expect(await watcher(leaver).roster()).toEqual([]);
        note('host ends the meeting', leaver, { page: await own(leaver, start), others: await others(), stage: 'with the meeting', roster: 'with the meeting' });
      }
    };
    await endFor([guest, host, bot]);

    // The registrants' meeting has the same host.
    await come(host, await world.hostOptions(registering));
    await go('removed by a host', [registrant], ({ userId }) => host.person.command('expel', 'userId', userId));
    await arrive(registrant, await joining(world, 'registrant', 'rosa'));
    await endFor([registrant]);

    // For a while only a host begins a meeting again that a host has ended.
    await come(host);
    await enterMia();
    await Promise.all([guest, bot].map((leaver) => arrive(leaver)));
    await go('removed by a host', [guest, bot], ({ userId }) => host.person.command('expel', 'userId', userId));
    // A host is removed by the one to whom they have given the meeting.
    await host.person.command('makeHost', 'userId', await mia.userId());
    await expect.poll(async () => (await mia.self())?.isHost).toBe(true);
    await go('removed by a host', [host], ({ userId }) => mia.command('expel', 'userId', userId));

    const text = section(view, seen);
    if (process.env['UPDATE_LIFECYCLE'] === '1') write(view, text);
    expect(text, 'docs/developers/lifecycle.md is not up to date; UPDATE_LIFECYCLE=1 writes it').toBe(documented(view));
  });
}

/** A new tab for a person in the same browser. */
async function anew(leaver: Leaver): Promise<void> {
  leaver.person = new Person(leaver.person.view, leaver.person.context, await leaver.person.context.newPage());
}

/** The renderer ends at once, as if it had been killed. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const cdp = await page.context().newCDPSession(page);
  cdp.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** The events of a page that enters the back/forward cache. */
async function transition(page: Page, name: 'pagehide' | 'pageshow'): Promise<void> {
  await page.evaluate((type) => void window.dispatchEvent(new PageTransitionEvent(type, { persisted: true })), name);
}

/** The class of a time on the stage, with slack for a slow machine; earlier than promised counts as promised. */
function stageSoon(took: number | undefined, expected: Timing): Timing {
  if (took === undefined) return 'stays';
  const patient = { 'at once': 3_000, 'within 8 s': 12_000 };
  if (expected === 'within 8 s' && took < patient[expected]) return expected;
  return took < patient['at once'] ? 'at once' : 'after a loss';
}

/** How long the participant was kept, measured by the events that others received. */
function rosterSoon(events: readonly SeenEvent[]): Timing {
  const [away, gone] = [events.find((w) => w.away)?.at, events.at(-1)?.at];
  if (away === undefined || gone === undefined || gone - away < 500 * keepSeconds.goodbye) return 'at once';
  return gone - away < 500 * (keepSeconds.goodbye + keepSeconds.lost) ? 'after a goodbye' : 'after a loss';
}
