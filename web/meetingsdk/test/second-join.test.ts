// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { signatureClaims, credentialKey } from '../src/core/credentials';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, refusal } from './support/fake-server';

let server: FakeServer;
const signed = (claims: object, salt = ''): string => `h.${btoa(JSON.stringify({ ...claims, salt })).replaceAll('=', '')}.s`;
const guest = { ...joinArgs, signature: signed({ appKey: 'a', role: 0 }) };
const host = { ...joinArgs, signature: signed({ appKey: 'a', role: 1 }), zak: 'z.a.k' };

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
});

async function client() {
  const events: string[] = [];
  const zoom = createZoomMtg(server.environment());
  zoom.inMeetingServiceListener('onMeetingStatus', (p: { meetingStatus: number }) => void events.push(`status ${p.meetingStatus}`));
  zoom.inMeetingServiceListener('onUserLeave', () => void events.push('left'));
  await zoom.init({ leaveUrl: '/bye', disablePreview: true });
  const join = async (options: Record<string, unknown>) => {
    const outcome = zoom.join(options) as Promise<unknown>;
    const result = outcome.then(() => 'success', (e: unknown) => (e as { errorCode: number }).errorCode);
    await settle();
    await server.clock.advance(1_000);
    return result;
  };
  return { zoom, told: events, join };
}

async function component() {
  const embedded = createEmbedded(server.environment()).createClient();
  await embedded.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')), language: 'en-US' });
  return embedded;
}

describe('a second join inside', () => {
  const others: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['guest, then host', guest, host],
    ['host, then guest', host, guest],
    ['another zak', host, { ...host, zak: 'o.t.her' }],
    ['another tk', { ...guest, tk: 't' }, { ...guest, tk: 'u' }],
    ['another app', guest, { ...guest, signature: signed({ appKey: 'b', role: 0 }) }],
    ['another name', guest, { ...guest, userName: 'Eve' }],
    ['another customerKey', { ...guest, customerKey: 'k' }, { ...guest, customerKey: 'l' }],
  ];
  it.each(others)('is decided afresh: %s', async (_, first, second) => {
    const { told: events, join } = await client();
    expect(await join(first)).toBe('success');
    events.length = 0;
    const { transport, engine } = server;
    server.selfId = 3;
    server.participants = [person(1, { role: 'host' }), person(3)];
    server.replies = [(request) => {
      // The server closes the older page when it admits the newer one, before its response arrives.
      transport.handlers.closed(4503);
      return server.admit(request);
    }];
    expect(await join(second)).toBe('success');
    expect(server.joins).toHaveLength(2);
    expect(server.joins[1]).toMatchObject({ ...second, meetingNumber: joinArgs.meetingNumber, resumeToken: 'resume-1' });
    // No departure is reported, or the app would go to its leaveUrl.
    expect(events).toEqual(['status 1', 'status 2']);
    expect(server.transports).toHaveLength(2);
    expect(engine.calls).toContain('disconnect');
    expect(server.received.filter((r) => r.path === '/sdk/v1/leave')).toEqual([]);
  });

  it.each([
    ['the very same', guest],
    ['a fresh signature of the same app and role', { ...guest, signature: signed({ appKey: 'a', role: 0 }, 'later') }],
    ['the app under its older claim', { ...guest, signature: signed({ sdkKey: 'a', role: '0' }) }],
  ])('is answered at once: %s', async (_, second) => {
    const { told: events, join } = await client();
    await join(guest);
    events.length = 0;
    expect(await join(second)).toBe('success');
    expect(server.joins).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it.each(['joined', 'waiting'] as const)('that is refused leaves the participant as it was: %s', async (state) => {
    server.state = state;
    const { told: events, join, zoom } = await client();
    expect(await join(guest)).toBe('success');
    events.length = 0;
    server.replies = [refusal(4013, 'OBF', 'refused', 'obf_malformed')];
    expect(await join({ ...guest, obfToken: 'x.y.z' })).toBe(4013);
    expect(events).toEqual([]);
    expect([server.transport.closed, server.transports.length]).toEqual([false, 1]);
    // And it goes on being who it was.
    expect(await join(guest)).toBe('success');
    expect(server.joins).toHaveLength(2);
    void zoom.leaveMeeting({});
    await settle();
    expect(server.received.at(-1)).toMatchObject({ path: '/sdk/v1/leave', body: { resumeToken: 'resume-1' } });
  });

  it('of somebody who waits is decided afresh', async () => {
    server.state = 'waiting';
    const { join, told: events } = await client();
    await join(guest);
    server.state = 'joined';
    events.length = 0;
    expect(await join(host)).toBe('success');
    expect(server.joins[1]).toMatchObject({ resumeToken: 'resume-1', zak: 'z.a.k' });
    expect(events).toEqual(['status 1', 'status 2']);
  });

  it('is left with the meeting, wherever the server is with it', async () => {
    const embedded = await component();
    await embedded.join(guest);
    let answer = (): void => undefined;
    server.replies = [(request) => new Promise((resolve) => (answer = () => resolve(server.admit(request))))];
    const outcome = embedded.join(host).then(() => 'joined', (e: unknown) => (e as { cause: string }).cause);
    await settle();
    const left = embedded.leaveMeeting();
    answer();
    await server.clock.advance(1_000);
    await left;
    expect(await outcome).toBe('cancelled');
    expect(server.received.filter((r) => r.path === '/sdk/v1/leave').map((r) => r.body.resumeToken)).toEqual(['resume-1', 'resume-1']);
    expect(server.admissions).toBe(0);
  });
});

describe('a second join while joining', () => {
  it('ends the first, whose place is given up, and begins anew', async () => {
    const embedded = await component();
    let answer = (): void => undefined;
    server.replies = [(request) => new Promise((resolve) => (answer = () => resolve(server.admit(request))))];
    const first = embedded.join(guest).then(() => 'joined', (e: unknown) => (e as { cause: string }).cause);
    await settle();
    const second = embedded.join(host);
    await settle();
    answer();
    await server.clock.advance(1_000);
    expect(await first).toBe('cancelled');
    await expect(second).resolves.toBe('');
    expect(server.admissions).toBe(1);
  });

  it('with the same credentials is the same join', async () => {
    const embedded = await component();
    await expect(Promise.all([embedded.join(guest), embedded.join({ ...guest, signature: signed({ appKey: 'a', role: 0 }, 'fresh') })])).resolves.toEqual(['', '']);
    expect(server.joins).toHaveLength(1);
  });
});

it.each([undefined, null, 7, '', 'a', 'a.b', 'a.%%%.c', `a.${btoa('null')}.c`, `a.${btoa('[1]')}.c`, { toString: null }])('a signature of %j is read without harm', (signature) => {
  expect(signatureClaims(signature)).toEqual({ role: '', app: '' });
  expect(credentialKey({ signature, customerKey: {}, userName: 7 })).toBe(credentialKey({ userName: '7' }));
});
