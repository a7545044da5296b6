import { interruptionsOf, movingVideos, sendMessages, measureInterruptions } from '../interruptions.ts';
import config from '../playwright.config.ts';
import { expect, People, test, views } from '../fixtures.ts';

/** Given by `make test-cluster`, whose servers are restarted: how to get in, and where to ask for what. */
interface Given {
  server: string;
  control: string;
  /** How many others are inside. */
  others: number;
  join: { meetingNumber: string; password: string; signature: string };
}

// Four cameras on one machine: fewer pictures a second leave time for everything else.
test.use({ launchOptions: { ...config.use?.launchOptions, args: (config.use?.launchOptions?.args ?? []).map((arg) => (arg === '--use-fake-device-for-media-stream' ? `${arg}=fps=10` : arg)) } });

const given = process.env['ANTEROOM_RESTART'];

/** Video must be restored within this time. */
const longestPause = 6_000;

const softly = expect.configure({ soft: true });

test('a restart under 30 people: nobody is thrown out, no message is lost, pictures come back', async ({ browser, app }) => {
  test.skip(given === undefined, 'runs in make test-cluster');
  test.setTimeout(240_000);
  const { server, control, others, join } = JSON.parse(given ?? '') as Given;
  const ask = async (path: string, body: unknown = {}): Promise<unknown> => {
    const answer = await fetch(control + path, { method: 'POST', body: JSON.stringify(body) });
    expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
    return answer.json();
  };
  const people = new People(browser, app, server);
  try {
    const four = await Promise.all([0, 1, 2, 3].map((i) => people.open(views[i % 2] ?? 'client', { before: measureInterruptions })));
    const names = four.map((p, i) => `Page ${i + 1} (${p.view})`);
    for (const [i, person] of four.entries()) {
      await person.enter({ ...join, userName: names[i] ?? '' }, person.view === 'client' ? { defaultView: 'gallery' } : { customize: { video: { defaultViewType: 'gallery', viewSizes: { default: { width: 1_200, height: 675 } } } } });
      await person.startCamera();
    }
    await ask('/enter');
    for (const person of four) await expect.poll(async () => (await person.roster()).length, { message: `${person.view} knows everybody` }).toBe(others + four.length);
    const seen = await Promise.all(four.map((person) => person.userId()));
    for (const [i, person] of four.entries()) await expect.poll(() => missing(person, seen), { message: `${names[i]} sees all four`, timeout: 60_000 }).toEqual([]);
    const talks = four.map((person, i) => sendMessages(person, names[i] ?? ''));
    await ask('/restart');
    for (const [i, person] of four.entries()) {
      await expect.poll(() => missing(person, seen), { message: `${names[i]} sees everybody again` }).toEqual([]);
    }
    const sent = (await Promise.all(talks.map((stop) => stop()))).flat();
    const messages = (await ask('/quiet')) as string[];
    for (const [i, person] of four.entries()) {
      const expected = [...sent, ...messages].sort();
      await softly.poll(async () => (await person.chat()).sort(), { message: `${names[i]} has every message once` }).toEqual(expected);
    }
    const report = await Promise.all(four.map(async (person, i) => ({ name: names[i], received: (await person.chat()).length, ...(await interruptionsOf(person)), states: await person.states() })));
    await ask('/report', { sent, pages: report });
    for (const page of report) {
      expect(JSON.stringify(page.states), `${page.name} goes on`).not.toMatch(/Fail|Closed|\b3\b/);
      for (const pause of Object.values(page.pictures)) expect(pause, `${page.name}: ${JSON.stringify(page.pictures)}`).toBeLessThan(longestPause);
    }
  } finally {
    await people.close();
  }
});

async function missing(person: Parameters<typeof movingVideos>[0], userIds: readonly number[]): Promise<number[]> {
  const now = await movingVideos(person);
  return userIds.filter((id) => !now.includes(id));
}
