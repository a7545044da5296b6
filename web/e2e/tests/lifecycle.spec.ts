import type { BrowserContext, Page } from '@playwright/test';
import { withRelay } from '../cut-line.ts';
import { expect, views } from '../fixtures.ts';
import { breaksOnce, documented, keepTold, kinds, offStage, ownWords, promised, section, toldBy, withoutBreaks, wordsOf, write, type Going, type Heard, type Kind, type Soon, type Way } from '../lifecycle.ts';
import { Person, type JoinOptions } from '../person.ts';
import { expectConnected } from '../refusals.ts';
import type { World } from '../world.ts';

/*
 * Everybody goes in every way: what their page is told, what others see. The
 * tables of docs/developers/lifecycle.md are what is observed here;
 * UPDATE_LIFECYCLE=1 writes them.
 */

/** How long places are kept, in seconds: shortened, but in `make test-long`. */
const long = process.env['ANTEROOM_LONG_TESTS'] === '1';
const kept = long ? { goodbye: 10, lost: 60 } : { goodbye: 6, lost: 10 };
const test = withRelay(long ? {} : { ANTEROOM_TEST_TIMES: `lost=${kept.lost}s,goodbye=${kept.goodbye}s,empty=10s` });
/** For what comes after a place was given up. */
const patience = { timeout: 1000 * (kept.lost + 30) };

const demo = 'Demo meeting';
/** Only registrants need a meeting that asks for registration. */
const registering = 'Registration required';
const topicOf = (kind: Kind): string => (kind === 'registrant' ? registering : demo);

/** The join of somebody of a kind; credentials are fresh each time. */
async function joining(world: World, kind: Kind, registrants = 'robin'): Promise<JoinOptions> {
  const topic = topicOf(kind);
  const { number } = world.meeting(topic);
  switch (kind) {
    case 'guest':
      return world.joining(topic, 'Grace');
    case 'host with ZAK':
      return world.hosting(topic);
    case 'registrant':
      return { ...(await world.joining(topic, 'Robin')), tk: await world.tk(number, `${registrants}@school.example`, 'Robin') };
    case 'OBF bot':
      return { ...(await world.joining(topic, 'Notes for Mia')), obfToken: await world.obf('mia@acme.example', number) };
    default:
      throw new Error(`nobody is a ${String(kind)}`);
  }
}

/** Somebody who goes and comes again, over the line that can be cut. */
interface Goer {
  kind: Kind;
  person: Person;
  userId: number;
  options?: JoinOptions;
}

for (const view of views) {
  test(`everybody who goes, in every way, in ${view} view`, async ({ world, people, relay, app }) => {
    test.setTimeout(240_000 + (long ? 240_000 : 0));
    const address = app.address(view, relay.url);
    // The page before the app's in the history of its tab.
    const open = (): Promise<Person> => people.open(view, { address: `${app.origin}/left?before`, before: (context: BrowserContext) => context.addInitScript(keepTold) });
    // Mia, in whose name the bot is there, stays in the one meeting, and Una in the other one.
    const [mia, una] = await Promise.all([open(), open()]);
    const goers = await Promise.all(kinds.map(async (kind): Promise<Goer> => ({ kind, person: await open(), userId: 0 })));
    const [guest, host, registrant, bot] = goers as [Goer, Goer, Goer, Goer];
    const seen = new Map<Way, Map<Kind, Going>>();

    const watcher = ({ kind }: Goer): Person => (kind === 'registrant' ? una : mia);
    const isSeen = async (goer: Goer, by = watcher(goer)): Promise<boolean> => (await by.roster()).some(({ userId }) => userId === goer.userId);
    const own = async ({ person }: Goer, since: number): Promise<string[]> => {
      if (person.page.isClosed()) return [];
      const words = ownWords(await toldBy(person, since));
      return person.page.url() === `${app.origin}/left` ? [...words, 'opens leaveUrl'] : words;
    };
    const enterMia = async (): Promise<void> => {
      await mia.page.goto(app.address(view, world.url));
      await mia.enter({ ...(await world.joining(demo, 'Mia')), zak: await world.zak('mia@acme.example') });
    };
    const enterUna = async (): Promise<void> => {
      await una.page.goto(app.address(view, world.url));
      await una.enter({ ...(await world.joining(registering, 'Una')), tk: await world.tk(world.meeting(registering).number, 'una@school.example', 'Una') });
    };
    const come = async (goer: Goer, options?: JoinOptions): Promise<void> => {
      await goer.person.page.goto(address);
      goer.options = options ?? (await joining(world, goer.kind));
      await goer.person.enter(goer.options);
      goer.userId = await goer.person.userId();
    };
    const arrive = async (goer: Goer, options?: JoinOptions): Promise<void> => {
      await come(goer, options);
      await expect.poll(() => isSeen(goer)).toBe(true);
    };
    const everybody = (): Promise<unknown> => Promise.all(goers.map((goer) => arrive(goer)));

    const note = (way: Way, { kind }: Goer, going: Going): void => {
      expect(going, `${kind}: ${way}`).toEqual(promised(view, way, kind));
      seen.set(way, (seen.get(way) ?? new Map<Kind, Going>()).set(kind, going));
    };
    /** Waits until everything that is promised was told, and keeps what was told and seen. */
    const observe = async (way: Way, goer: Goer, start: number, by = watcher(goer)): Promise<void> => {
      const wanted = promised(view, way, goer.kind);
      await expect.poll(async () => (await own(goer, start)).length, { message: `${goer.kind}: ${way}, told by the page`, ...patience }).toBeGreaterThanOrEqual(wanted.page.length);
      const heard = async (): Promise<Heard[]> => wordsOf(goer.userId, await toldBy(by, start));
      await expect.poll(async () => (await heard()).length, { message: `${goer.kind}: ${way}, told by others`, ...patience }).toBeGreaterThanOrEqual(wanted.others.length);
      const words = await heard();
      const stays = await isSeen(goer, by);
      const page = await own(goer, start);
      const off = await offStage(by, goer.userId, start);
      note(way, goer, {
        page: stays ? withoutBreaks(page) : page,
        others: stays ? breaksOnce(words.map((w) => w.words)) : words.map((w) => w.words),
        stage: stageSoon(off && off - start, wanted.stage),
        roster: stays ? 'stays' : rosterSoon(words),
      });
    };
    /** Lets people go in one way, all at the same time. */
    const go = (way: Way, who: readonly Goer[], act: (goer: Goer) => unknown): Promise<void> =>
      test.step(way, async () => {
        const started = await Promise.all(
          who.map(async (goer) => {
            const start = Date.now();
            await act(goer);
            return start;
          }),
        );
        for (const [i, goer] of who.entries()) {
          await observe(way, goer, started[i] ?? 0);
          // Nothing of a meeting that is over for a page stays open in it.
          if (!goer.person.page.isClosed() && goer.person.page.url() === address) await expect.poll(() => goer.person.openConnections()).toHaveLength(await isSeen(goer) ? 1 : 0);
        }
      });

    await Promise.all([enterMia(), enterUna()]);
    relay.exemptMedia();
    await everybody();

    await go('reload', goers, async ({ person, options, userId }) => {
      await person.page.reload();
      await person.enter(options as JoinOptions);
      expect(await person.userId()).toBe(userId);
    });
    await go('put aside and shown again', goers, async (goer) => {
      const start = Date.now();
      await transition(goer.person.page, 'pagehide');
      await expect.poll(async () => wordsOf(goer.userId, await toldBy(watcher(goer), start)).some(({ away }) => away)).toBe(true);
      await transition(goer.person.page, 'pageshow');
      await expect.poll(async () => wordsOf(goer.userId, await toldBy(watcher(goer), start)).at(-1)?.away).toBe(false);
      await expectConnected(goer.person);
    });
    await go('Back to another page', goers, ({ person }) => person.page.goBack());
    await everybody();
    await go('`leaveMeeting`', goers, ({ person }) => person.leave());
    await everybody();
    await go('tab closed, joined from a new one', [host, registrant], async (goer) => {
      await goer.person.page.close();
      await anew(goer);
      await goer.person.page.goto(address);
      await goer.person.enter(await joining(world, goer.kind));
      expect(await goer.person.userId()).toBe(goer.userId);
    });
    await go('tab closed', goers, ({ person }) => person.page.close());
    await Promise.all(goers.map(anew));
    await everybody();
    await go('renderer crashed', goers, async (goer) => {
      await crash(goer.person.page);
      await goer.person.page.close();
    });
    await Promise.all(goers.map(anew));
    await everybody();
    await go('network cut', goers, () => relay.cut());
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

    const endFor = async (who: readonly Goer[]): Promise<void> => {
      const start = Date.now();
      await host.person.endMeeting();
      for (const goer of who) {
        const wanted = promised(view, 'host ends the meeting', goer.kind);
        await expect.poll(() => own(goer, start)).toEqual(wanted.page);
        const others = async (): Promise<string[]> => ownWords(await toldBy(watcher(goer), start));
        await expect.poll(others).toEqual(wanted.others);
        expect(await watcher(goer).roster()).toEqual([]);
        note('host ends the meeting', goer, { page: await own(goer, start), others: await others(), stage: 'with the meeting', roster: 'with the meeting' });
      }
    };
    await endFor([guest, host, bot]);

    // The registrants' meeting has the same host.
    await come(host, await world.hosting(registering));
    await go('removed by a host', [registrant], ({ userId }) => host.person.command('expel', 'userId', userId));
    await arrive(registrant, await joining(world, 'registrant', 'rosa'));
    await endFor([registrant]);

    // For a while only a host begins a meeting again that a host has ended.
    await come(host);
    await enterMia();
    await Promise.all([guest, bot].map((goer) => arrive(goer)));
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

/** A new tab for somebody, in the browser that they had. */
async function anew(goer: Goer): Promise<void> {
  goer.person = new Person(goer.person.view, goer.person.context, await goer.person.context.newPage());
}

/** The renderer ends at once, as if it had been killed. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const cdp = await page.context().newCDPSession(page);
  cdp.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** What a browser tells a page that it keeps to show it again. */
async function transition(page: Page, name: 'pagehide' | 'pageshow'): Promise<void> {
  await page.evaluate((type) => void window.dispatchEvent(new PageTransitionEvent(type, { persisted: true })), name);
}

/** The class of a time on the stage, with patience for a slow machine; sooner than promised is as promised. */
function stageSoon(took: number | undefined, wanted: Soon): Soon {
  if (took === undefined) return 'stays';
  const patient = { 'at once': 3_000, 'within 8 s': 12_000 };
  if (wanted === 'within 8 s' && took < patient[wanted]) return wanted;
  return took < patient['at once'] ? 'at once' : 'after a loss';
}

/** How long the place was kept, told by what others saw between. */
function rosterSoon(words: readonly Heard[]): Soon {
  const [away, gone] = [words.find((w) => w.away)?.at, words.at(-1)?.at];
  if (away === undefined || gone === undefined || gone - away < 500 * kept.goodbye) return 'at once';
  return gone - away < 500 * (kept.goodbye + kept.lost) ? 'after a goodbye' : 'after a loss';
}
