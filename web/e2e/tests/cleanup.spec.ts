import { expect, test } from '../fixtures.ts';
import type { Person } from '../person.ts';

const demo = 'Demo meeting';

/** Keeps every track and peer connection that the page ever has. */
const trackResources = `
  window.opened = { tracks: [], peers: [] };
  const media = navigator.mediaDevices;
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = async (...args) => {
    const stream = await open(...args);
    window.opened.tracks.push(...stream.getTracks());
    return stream;
  };
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...args) {
      super(...args);
      window.opened.peers.push(this);
    }
  };`;
const before = (context: { addInitScript(script: string): Promise<unknown> }): Promise<unknown> => context.addInitScript(trackResources);

/** How many tracks and peer connections are alive. */
const alive = (person: Person): Promise<{ tracks: number; peers: number }> =>
  person.page.evaluate(() => {
    const { tracks, peers } = (window as unknown as { opened: { tracks: MediaStreamTrack[]; peers: RTCPeerConnection[] } }).opened;
    return { tracks: tracks.filter((t) => t.readyState === 'live').length, peers: peers.filter((p) => p.connectionState !== 'closed').length };
  });
const nothing = { tracks: 0, peers: 0 };

async function openVideoSettings(person: Person): Promise<void> {
  await person.button('More meeting control').click();
  await person.page.getByRole('menuitem', { name: 'Settings' }).click();
  await person.page.getByRole('tab', { name: 'Video' }).click();
  await expect.poll(async () => (await alive(person)).tracks).toBeGreaterThan(0);
}

test('hold, and the end of the meeting, close the settings and the camera that they show', async ({ world, people }) => {
  const [host, guest, client] = await Promise.all([people.open('component'), people.open('component', { before }), people.open('client', { before })]);
  await host.enter(await world.hostOptions(demo, 'Grace'));
  await guest.enter(await world.joinOptions(demo, 'Linus'));
  await client.enter(await world.joinOptions(demo, 'Ada'));
  const dialog = (person: Person) => person.page.getByRole('dialog');
  await client.startMicrophone();
  await client.startCamera();
  await openVideoSettings(client);
  await host.call('putOnHold', await client.userId(), true);
  await expect(client.page.getByRole('heading', { name: /wait|host/i }).first()).toBeVisible();
  await expect(dialog(client)).toHaveCount(0);
  await expect.poll(() => alive(client)).toEqual(nothing);
  // The devices were closed here; nobody has to plug them in again.
  await expect(client.page.locator('.ar-toast')).toHaveCount(0);
  await openVideoSettings(guest);
  await host.endMeeting();
  await expect.poll(() => guest.states()).toContain('Closed');
  await expect(dialog(guest)).toHaveCount(0);
  await expect.poll(() => alive(guest)).toEqual(nothing);
});

test('component view: a root that moves stays in the meeting; a removed one leaves it, and joins again', async ({ world, people }) => {
  const [other, person] = await Promise.all([people.open('component'), people.open('component', { before })]);
  await other.enter(await world.hostOptions(demo, 'Grace'));
  const options = await world.joinOptions(demo, 'Linus');
  await person.enter(options);
  await person.startCamera();
  // As frameworks do when they mount twice, or move an element.
  await person.page.evaluate(() => {
    const root = document.getElementById('meetingSDKElement');
    const parent = root?.parentElement;
    if (!root || !parent) return;
    root.remove();
    parent.append(root);
    const elsewhere = document.body.appendChild(document.createElement('main'));
    requestAnimationFrame(() => {
      root.remove();
      requestAnimationFrame(() => elsewhere.append(root));
    });
    return new Promise((resolve) => setTimeout(resolve, 1_000));
  });
  expect(await person.states()).not.toContain('Closed');
  expect((await alive(person)).tracks).toBe(1);
  const notes: string[] = [];
  person.page.on('console', (message) => notes.push(message.text()));
  await person.page.evaluate(() => {
    const page = window as unknown as { root: HTMLElement | null };
    page.root = document.getElementById('meetingSDKElement');
    page.root?.remove();
  });
  await expect.poll(() => alive(person), { intervals: [50] }).toEqual(nothing);
  await expect.poll(() => other.names(), { intervals: [50] }).toEqual(['Grace']);
  expect(notes.filter((note) => note.includes('removed its view'))).toHaveLength(1);
  await person.page.evaluate(() => document.body.append((window as unknown as { root: HTMLElement }).root));
  await person.enter(options);
  await expect.poll(() => other.names()).toEqual(['Grace', 'Linus']);
});

test('client view: going back to before the join leaves the meeting and shows the app', async ({ world, people }) => {
  const [other, person] = await Promise.all([people.open('component'), people.open('client', { before })]);
  await other.enter(await world.hostOptions(demo, 'Grace'));
  const options = await world.joinOptions(demo, 'Ada');
  await person.page.evaluate(() => {
    document.body.append(document.createElement('h1'));
    document.querySelector('h1')?.append('The app');
    history.pushState(null, '', '/meeting');
  });
  await person.enter(options);
  await person.startCamera();
  await person.page.evaluate(() => history.back());
  await expect.poll(() => alive(person), { intervals: [50] }).toEqual(nothing);
  await expect.poll(() => other.names()).toEqual(['Grace']);
  await expect(person.page.getByRole('heading', { name: 'The app' })).toBeVisible();
  await expect(person.page.locator('#zmmtg-root')).toBeHidden();
  await person.page.evaluate(() => history.forward());
  await person.mustJoin(options);
  await expect.poll(() => other.names()).toEqual(['Ada', 'Grace']);
  // An app that hides the view and moves on.
  await person.page.evaluate(() => {
    history.pushState(null, '', '/elsewhere');
    const root = document.getElementById('zmmtg-root');
    if (root) root.style.display = 'none';
  });
  await expect.poll(() => alive(person), { intervals: [50] }).toEqual(nothing);
  await expect.poll(() => other.names()).toEqual(['Grace']);
});
