import { beforeEach, describe, expect, it } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person } from './support/fake-server';

let server: FakeServer;

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
  server.participants = [person(1, { role: 'host' }), person(2), person(3, { role: 'cohost' })];
});

const handOver = { participants: [{ userId: 2, role: 'host' }, { userId: 1, role: 'cohost' }], hostUserId: 2 };
const departure = { userId: 1, reason: 'left', participants: [{ userId: 3, role: 'host' }], hostUserId: 3 };

describe('another host', () => {
  it('is one update in Component View, the new host first', async () => {
    const client = embedded();
    await client.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')) });
    await client.join(joinArgs);
    const seen: unknown[] = [];
    client.on('user-updated', (payload: unknown) => void seen.push(payload, hosts(client.getAttendeeslist())));
    server.publish('participants.updated', handOver);
    expect(seen).toEqual([[{ userId: 2, isHost: true, userRole: 1 }, { userId: 1, isHost: false, isCoHost: true, bCoHost: true, userRole: 0 }], [2]]);
    expect(client.isHost()).toBe(true);
  });

  it('is there in the same moment as the former one goes', async () => {
    const client = embedded();
    await client.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')) });
    await client.join(joinArgs);
    const seen: unknown[] = [];
    client.on('user-removed', () => void seen.push(['removed', hosts(client.getAttendeeslist())]));
    client.on('user-updated', (payload: unknown) => void seen.push(['updated', payload]));
    server.publish('participant.removed', departure);
    expect(seen).toEqual([['removed', [3]], ['updated', [{ userId: 3, isHost: true, isCoHost: false, bCoHost: false, userRole: 1 }]]]);
  });

  it('who joins beside the former one is the only one at once', async () => {
    const client = embedded();
    await client.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')) });
    await client.join(joinArgs);
    const seen: unknown[] = [];
    client.on('user-added', () => void seen.push(['added', hosts(client.getAttendeeslist())]));
    client.on('user-updated', (payload: unknown) => void seen.push(['updated', payload]));
    server.publish('participant.added', { ...person(4, { role: 'host' }), participants: [{ userId: 1, role: 'cohost' }], hostUserId: 4 });
    expect(seen).toEqual([['added', [4]], ['updated', [{ userId: 1, isHost: false, isCoHost: true, bCoHost: true, userRole: 0 }]]]);
  });

  it('leaves no moment without a host in Client View', async () => {
    const zoom = createZoomMtg(server.environment());
    await zoom.init({ leaveUrl: '/bye', disablePreview: true });
    await zoom.join(joinArgs);
    const seen: unknown[] = [];
    for (const name of ['onUserUpdate', 'onUserLeave']) {
      zoom.inMeetingServiceListener(name, (user: { userId: number }) => {
        zoom.getAttendeeslist({ success: ({ result }: { result: { attendeesList: { userId: number; isHost: boolean }[] } }) => seen.push([name, user.userId, ...hosts(result.attendeesList)]) });
      });
    }
    server.participants = [person(1, { role: 'cohost' }), person(2, { role: 'host' }), person(3, { role: 'cohost' })];
    server.publish('participants.updated', handOver);
    await settle();
    expect(seen.splice(0)).toEqual([['onUserUpdate', 2, 2], ['onUserUpdate', 1, 2]]);
    server.participants = [person(2), person(3, { role: 'host' })];
    server.publish('participant.removed', { ...departure, participants: [...departure.participants, { userId: 2, role: 'attendee' }] });
    await settle();
    expect(seen).toEqual([['onUserLeave', 1, 3], ['onUserUpdate', 3, 3], ['onUserUpdate', 2, 3]]);
  });

  it('sees who waits, and a former one no longer does', async () => {
    const client = embedded();
    await client.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')) });
    await client.join(joinArgs);
    const seen: unknown[] = [];
    for (const name of ['user-added', 'user-removed']) client.on(name, (people: { userId: number; isHold: boolean }[]) => void seen.push([name, ...people.map((p) => [p.userId, p.isHold])]));
    const inside = [person(1, { role: 'cohost' }), person(2, { role: 'host' }), person(3, { role: 'cohost' })];
    server.participants = [...inside, person(4, { state: 'waiting' })];
    server.publish('participants.updated', handOver);
    await settle();
    expect(seen.splice(0)).toEqual([['user-added', [4, true]]]);
    server.participants = [person(1), person(2), person(3, { role: 'host' })];
    server.publish('participants.updated', { participants: [{ userId: 3, role: 'host' }, { userId: 2, role: 'attendee' }], hostUserId: 3 });
    await settle();
    expect(seen).toEqual([['user-removed', [4, true]]]);
  });
});

function embedded() {
  return createEmbedded(server.environment()).createClient();
}

function hosts(people: { userId: number; isHost: boolean }[]): number[] {
  return people.filter((p) => p.isHost).map((p) => p.userId);
}
