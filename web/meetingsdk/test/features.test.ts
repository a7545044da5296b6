import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { createEmbedded } from '../src/component-view/factory';
import { createMeeting } from '../src/core/create-meeting';
import { TransportError } from '../src/core/transport';
import { nearest } from '../src/core/option-names';
import { applyPin } from '../src/core/pins';
import type { Participant } from '../src/core/model';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, session } from './support/fake-server';

let server: FakeServer;
let emitted: [string, unknown][];

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
  emitted = [];
});

const sent = (): [string, unknown][] => server.commands.filter((c) => c.type !== 'seat.media').map((c) => [c.type, c.data]);
const of = (name: string): unknown[] => emitted.filter(([event]) => event === name).map(([, payload]) => payload);

async function client(events: string[] = [], init: object = {}) {
  const zoom = createZoomMtg(server.environment());
  for (const name of events) zoom.inMeetingServiceListener(name, (payload: unknown) => void emitted.push([name, payload]));
  await zoom.init({ leaveUrl: '/bye', disablePreview: true, ...init });
  await zoom.join(joinArgs);
  await settle();
  return zoom;
}

async function component(events: string[] = []) {
  const embedded = createEmbedded(server.environment()).createClient();
  for (const name of events) embedded.on(name, (payload: unknown) => void emitted.push([name, payload]));
  await embedded.init({ zoomAppRoot: document.body.appendChild(document.createElement('div')), language: 'en-US' });
  await embedded.join({ ...joinArgs, meetingNumber: '12345678901' });
  await settle();
  return embedded;
}

async function inMeeting() {
  const { meeting } = createMeeting('component', server.environment());
  meeting.trackInit(Promise.resolve());
  await meeting.join(joinArgs, { admitted: () => undefined, refused: (error) => expect.fail(error.message) }, () => ({ waitForHost: false }));
  await settle();
  return meeting;
}

describe('commands of Client View', () => {
  it('send what the control channel knows', async () => {
    const zoom = await client();
    await zoom.sendChat({ message: 'soon', userId: 4 });
    await zoom.focusMode({ enable: true });
    await zoom.operateSpotlight({ operate: 'add', userId: 1 });
    await zoom.lowerAllHands({});
    await zoom.reclaimHost({});
    await zoom.mediaCapture({ record: 'start' });
    await zoom.startScreenShare({});
    expect(sent()).toEqual([
      ['chat.send', { text: 'soon', to: 'waitingRoom' }],
      ['session.rules', { focusMode: true }],
      ['session.spotlight', { operate: 'add', userId: 1 }],
      ['session.lower_hands', {}],
      ['session.reclaim_host', {}],
      ['capture.set', { status: 'on' }],
      ['seat.share', {}],
    ]);
  });

  it.each([
    ['operatePin', { operate: 'up', userId: 1 }],
    ['operatePin', { operate: 'add', userId: 99 }],
    ['operateSpotlight', { operate: 'add' }],
    ['focusMode', { enable: 'yes' }],
    ['mirrorVideo', {}],
    ['claimHostWithHostKey', { hostKey: '' }],
    ['setCustomizeWaitingRoom', { title: ' ' }],
    ['mediaCapture', { record: 'sometimes' }],
    ['mediaCapturePermission', { operate: 'grant' }],
    ['setVirtualBackground', { id: 'beach' }],
    ['updateVirtualBackgroundList', { vbList: [{ id: 'blur', displayName: 'x', fileName: 'x', url: '/x.png' }] }],
    ['updateVirtualBackgroundList', { vbList: [{ id: 'x', displayName: 'x', fileName: 'x', url: 'javascript:alert(1)' }] }],
    ['updateVirtualBackgroundList', { vbList: 'beach' }],
  ] as const)('%s refuses %j', async (name, args) => {
    const zoom = (await client()) as unknown as Record<string, (args: object) => Promise<unknown>>;
    await expect(zoom[name]?.(args)).rejects.toMatchObject({ method: name, errorCode: 1, type: 'INVALID_PARAMETERS' });
    expect(sent()).toEqual([]);
  });

  it('reports the outcome of a host key', async () => {
    const zoom = await client(['onClaimStatus']);
    server.onCommand = (type) => {
      if (type === 'session.claim_host') throw Object.assign(new Error('INVALID_PARAMETERS: hostKey: not the host\'s key'), { name: 'TransportError', code: 1002, outcomeUnknown: false });
      return { revision: 0 };
    };
    await expect(zoom.claimHostWithHostKey({ hostKey: '000000' })).rejects.toMatchObject({ type: 'INVALID_PARAMETERS' });
    server.onCommand = () => ({ revision: 0 });
    await zoom.claimHostWithHostKey({ hostKey: '123456' });
    expect(of('onClaimStatus')).toEqual([{ status: false, userId: 2 }, { status: true, userId: 2 }]);
  });

  it('pins on this page alone, one or several', async () => {
    server.participants = [person(1, { role: 'host' }), person(2), person(3)];
    const zoom = await client();
    await zoom.operatePin({ operate: 'add', userId: 1 });
    await zoom.operatePin({ operate: 'add', userId: 3 });
    await expect(zoom.getPinList({})).resolves.toMatchObject({ result: [3] });
    zoom.allowMultiPin({ userId: 1 });
    await zoom.operatePin({ operate: 'add', userId: 1 });
    await expect(zoom.getPinList({})).resolves.toMatchObject({ result: [3, 1] });
    server.publish('participant.removed', { userId: 3, reason: 'left' });
    await expect(zoom.getPinList({})).resolves.toMatchObject({ result: [1] });
    expect(sent()).toEqual([]);
  });

  it('switch backgrounds off by an empty list', async () => {
    const zoom = await client(['onVbStatusChange']);
    const images = [{ id: 'beach', displayName: 'Beach', fileName: 'beach.png', url: '/beach.png' }];
    await zoom.updateVirtualBackgroundList({ vbList: [] });
    await expect(zoom.isSupportVirtualBackground({})).resolves.toMatchObject({ result: { vb: true, enable: false } });
    await expect(zoom.setVirtualBackground({ id: 'blur' })).rejects.toMatchObject({ type: 'INVALID_OPERATION' });
    await zoom.updateVirtualBackgroundList({ vbList: images });
    await zoom.setVirtualBackground({ id: 'beach' });
    await expect(zoom.getVirtualBackgroundStatus({})).resolves.toMatchObject({ result: { id: 'beach', vbList: images } });
  });

  it('go to another address only if there is one', async () => {
    const zoom = await client();
    await expect(zoom.changeRedirectUrl({})).rejects.toMatchObject({ type: 'INVALID_PARAMETERS' });
    await zoom.changeRedirectUrl({ leaveUrl: '/tea' });
    await zoom.leaveMeeting({});
    expect(server.navigated).toEqual([`${location.origin}/tea`]);
  });

  it('show or hide the joining of audio, and leave the camera alone', async () => {
    const environment = server.environment();
    const updates: object[] = [];
    environment.chunks.ui = async () => ({
      mountClientView: () => ({ update: (change) => void updates.push(change), unmount: () => undefined }),
      mountComponentView: () => ({ update: () => undefined, unmount: () => undefined }),
    });
    const zoom = createZoomMtg(environment);
    await zoom.init({ leaveUrl: '/', disablePreview: true });
    await zoom.join(joinArgs);
    updates.length = 0;
    zoom.showJoinAudioFunction({ show: false });
    zoom.showJoinAudioFunction({ show: true });
    expect(updates).toEqual([{ disableJoinAudio: true }, { disableJoinAudio: false }]);
  });

  it('enters a test meeting as a participant only', async () => {
    const zoom = createZoomMtg(server.environment());
    await zoom.init({ leaveUrl: '/bye', disablePreview: true });
    const signed = (role: number): string => `x.${btoa(JSON.stringify({ role }))}.x`;
    await expect(zoom.joinTest({ ...joinArgs, signature: signed(1) })).rejects.toMatchObject({ method: 'joinTest', type: 'INVALID_PARAMETERS' });
    await expect(zoom.joinTest({ ...joinArgs, signature: signed(0), zak: 'z', tk: 't' })).resolves.toMatchObject({ method: 'joinTest', status: true });
    expect(server.joins).toHaveLength(1);
    expect(server.joins[0]).not.toHaveProperty('zak');
    expect(server.joins[0]).not.toHaveProperty('tk');
  });
});

describe('events of what happens inside', () => {
  it('report focus mode, spotlights, recording and reactions', async () => {
    const zoom = await client(['onFocusModeStatusChange', 'onMediaCaptureStatusChange', 'onUserUpdate']);
    server.publish('session.updated', { focusMode: true, spotlights: [1] });
    server.publish('participant.updated', { userId: 1, capture: 'paused' });
    expect(of('onFocusModeStatusChange')).toEqual([{ status: true }]);
    expect(of('onMediaCaptureStatusChange')).toEqual([{ status: 2, userId: 1 }]);
    await expect(zoom.getSpotlightList({})).resolves.toMatchObject({ result: [1] });
    await expect(zoom.getFocusModeStatus({})).resolves.toMatchObject({ result: { status: true } });
    // In focus mode the media server sends this participant's video to the host only.
    expect(server.engine.calls).toContain('showOnlyTo seat-1 of 2');
  });

  it('answer a request to record, whether a host responds or not', async () => {
    const zoom = await client(['onMediaCapturePermissionChange']);
    await zoom.mediaCapturePermission({ operate: 'request' });
    server.publish('capture.answered', { allowed: true }, 0);
    await server.clock.advance(11_000);
    await zoom.mediaCapturePermission({ operate: 'request' });
    await server.clock.advance(11_000);
    expect(of('onMediaCapturePermissionChange')).toEqual([{ allow: true }, { allow: false }]);
  });

  it('carry statistics only of what is subscribed', async () => {
    const zoom = await client(['onAudioQos', 'onVideoQos']);
    const one = { encoding: true, avgLoss: 1, maxLoss: 2, jitter: 3, rtt: 4, sampleRate: 48000, width: 640, height: 360, fps: 25 };
    server.measured = [{ medium: 'audio', ...one }, { medium: 'video', ...one }];
    await server.clock.advance(3_000);
    await zoom.subscribeStatisticData({ audio: false, video: true, share: false });
    await server.clock.advance(3_000);
    expect(of('onAudioQos')).toEqual([]);
    expect(of('onVideoQos')).toEqual([{ type: 'VIDEO_QOS_DATA', data: { encoding: true, avg_loss: 1, max_loss: 2, jitter: 3, rtt: 4, sample_rate: 48000, width: 640, height: 360, fps: 25 } }]);
    await zoom.unSubscribeStatisticData({});
    await server.clock.advance(10_000);
    expect(of('onVideoQos')).toHaveLength(1);
  });

  it('report the quality of a connection, once for each change', async () => {
    await component(['network-quality-change']);
    server.engine.handlers.quality('seat-1', 5);
    server.engine.handlers.quality('seat-1', 5);
    server.engine.handlers.quality('seat-1', 1);
    expect(of('network-quality-change')).toEqual([{ level: 5, type: 'uplink', userId: 1 }, { level: 1, type: 'uplink', userId: 1 }]);
  });

  it('follow the order that the view draws', async () => {
    const environment = server.environment();
    const zoom = createZoomMtg(environment);
    let report: ((layout: { view: 'gallery'; main: number[]; others: number[] }) => void) | undefined;
    environment.chunks.ui = async () => ({
      mountClientView: (_root, model) => ((report = model.actions.reportLayout), { update: () => undefined, unmount: () => undefined }),
      mountComponentView: () => ({ update: () => undefined, unmount: () => undefined }),
    });
    zoom.inMeetingServiceListener('onVideoOrder', (payload: unknown) => void emitted.push(['onVideoOrder', payload]));
    await zoom.init({ leaveUrl: '/', disablePreview: true });
    await zoom.join(joinArgs);
    report?.({ view: 'gallery', main: [], others: [2, 1] });
    expect(of('onVideoOrder')).toMatchObject([{ view: 'gallery-view', galleryMainCurrent: [2, 1], speakerBarCurrent: [] }]);
  });

  it('name bots and in whose name they take part', async () => {
    const bot: Participant = person(3, { userName: 'Notes', bot: { appName: 'Notetaker', authorizerKey: 'k1' } });
    server.participants = [person(1, { role: 'host', personKey: 'k1', userName: 'Ada' }), person(2)];
    const embedded = await component(['bot-relation-update', 'user-added']);
    server.publish('participant.added', bot);
    expect(of('bot-relation-update')).toEqual([[{ parentUserID: 1, childUserID: 3 }]]);
    expect(of('user-added')).toMatchObject([[{ userId: 3, isBotUser: true, botBrandName: 'Notetaker', botAuthorizerName: 'Ada' }]]);
    expect(embedded.getBotAuthorizedUserInfoByUserId(3)).toMatchObject({ userId: 1 });
    expect(embedded.getAuthorizedBotListByUserId(1)).toMatchObject([{ userId: 3 }]);
    expect(embedded.getAuthorizedBotListByUserId(2)).toEqual([]);
    expect([embedded.isBotUser(), embedded.getBotAppName()]).toEqual([false, null]);
    server.publish('participant.removed', { userId: 3, reason: 'left' });
    expect(of('bot-relation-update')).toHaveLength(2);
  });

  it('take back a message that was deleted, also while away', async () => {
    const chatMessage = (id: string) => ({ id, text: id, sentAt: '2026-01-01T00:00:01Z', sender: { userId: 1, name: 'Ada' }, receiver: null });
    server.chat = [chatMessage('a'), chatMessage('b')];
    const meeting = await inMeeting();
    const ids = (): string[] => meeting.getState().chat.map((message) => message.id);
    server.publish('chat.message', chatMessage('c'));
    server.publish('chat.deleted', { id: 'a' });
    expect(ids()).toEqual(['b', 'c']);
    server.chat = [chatMessage('c')];
    server.revision++;
    server.transport.handlers.lost();
    server.transport.handlers.connected(false);
    await settle();
    expect(ids()).toEqual(['c']);
  });

  it('show a reaction for a moment', async () => {
    const meeting = await inMeeting();
    server.publish('seat.reacted', { userId: 1, reaction: 'clap' }, 0);
    expect(meeting.getState().reactions).toMatchObject([{ userId: 1, reaction: 'clap' }]);
    await server.clock.advance(7_000);
    expect(meeting.getState().reactions).toEqual([]);
  });
});

describe('commands of Component View', () => {
  it('send what the control channel knows', async () => {
    server.selfId = 1;
    server.participants = [person(1, { role: 'host', originHost: true }), person(2)];
    const embedded = await component();
    expect(embedded.isOriginHost()).toBe(true);
    await embedded.allowAttendeeToTalk(2, true);
    await embedded.mediaCapturePermission('grant', 2, 2);
    await embedded.mediaCapturePermission('grant', 2, 1);
    await embedded.mediaCapturePermission('revoke', 2);
    await embedded.claimHostWithHostKey('123456');
    await embedded.addPin(2);
    expect(embedded.getPinList()).toEqual([2]);
    await embedded.removeAllPins();
    expect(embedded.getPinList()).toEqual([]);
    expect(sent()).toEqual([
      ['seat.talk', { userId: 2, allowed: true }],
      ['capture.permit', { userId: 2, allowed: true }],
      ['capture.permit', { userId: 2, allowed: false }],
      ['capture.permit', { userId: 2, allowed: false }],
      ['session.claim_host', { hostKey: '123456' }],
    ]);
  });

  it('name a successor before the host leaves', async () => {
    server.selfId = 1;
    server.participants = [person(1, { role: 'host' }), person(2)];
    const embedded = await component();
    await embedded.leaveMeeting(2);
    expect(sent()).toEqual([['seat.role', { userId: 2, role: 'host' }]]);
    expect(server.received.map((r) => r.path)).toContain('/sdk/v1/leave');
  });

  it('choose a background of the list, and never remove it', async () => {
    const embedded = await component();
    await embedded.updateVirtualBackgroundList([{ id: 'beach', displayName: 'Beach', fileName: 'beach.png', url: '/beach.png' }]);
    await embedded.setVirtualBackground('beach');
    await embedded.setVirtualBackground('blur');
    await expect(embedded.setVirtualBackground('')).rejects.toMatchObject({ type: 'INVALID_OPERATION' });
    await expect(embedded.updateVirtualBackgroundList([])).rejects.toMatchObject({ type: 'INVALID_OPERATION' });
    await embedded.lockVirtualBackground(true);
    await expect(embedded.setVirtualBackground('beach')).rejects.toMatchObject({ type: 'OPERATION_LOCKED' });
    expect(embedded.getVirtualBackgroundStatus()).toMatchObject({ id: 'blur', isVbOn: true, isLock: true, vbList: [{ id: 'beach' }] });
    expect(server.engine.calls.filter((c) => c.startsWith('setBackground'))).toEqual(['setBackground {"image":"/beach.png"}', 'setBackground {"blur":true}']);
  });

  it('keep a background for the next meeting of the page', async () => {
    const embedded = await component();
    await embedded.setVirtualBackground('blur');
    await embedded.leaveMeeting();
    await embedded.join({ ...joinArgs, meetingNumber: '12345678901' });
    expect(server.media).toHaveLength(2);
    expect(server.engine.calls.filter((c) => c.startsWith('setBackground'))).toEqual(['setBackground {"blur":true}']);
    expect(embedded.getVirtualBackgroundStatus()).toMatchObject({ id: 'blur', isVbOn: true });
  });

  it('report a share that exists already, or starts or ends with a participant who joins or leaves', async () => {
    server.participants = [person(1, { role: 'host', sharing: true }), person(2)];
    await component(['peer-share-state-change']);
    server.publish('participant.removed', { userId: 1, reason: 'left' });
    server.publish('participant.added', person(3, { sharing: true }));
    expect(of('peer-share-state-change')).toEqual([{ userId: 1, action: 'Start' }, { userId: 1, action: 'Stop' }, { userId: 3, action: 'Start' }]);
  });

  it('resolve with the sent message, which has no blanks at its end', async () => {
    const embedded = await component();
    server.onCommand = (_type, { text }) => {
      server.publish('chat.message', { id: 'm', text: String(text).trimEnd(), sentAt: '2026-01-01T00:00:01Z', sender: { userId: 2, name: 'Ada' }, receiver: null });
      return { revision: 0 };
    };
    await expect(embedded.sendChat('hello \n')).resolves.toMatchObject({ id: 'm', message: 'hello', receiver: { userId: 0 } });
  });

  it('refuse texts that are not strings, with every field of a failure', async () => {
    const embedded = await component();
    await expect(embedded.updateLanguageTranslation('en-US', 'Go home')).rejects.toMatchObject({ type: 'INVALID_PARAMETERS', errorCode: 1 });
    await expect(embedded.getLanguageTranslation()).rejects.toMatchObject({ type: 'INVALID_PARAMETERS', errorCode: 1 });
  });

  it('refuse to mute before audio is joined, by the number that apps know', async () => {
    const embedded = await component();
    await expect(embedded.mute(true)).rejects.toMatchObject({ type: 'INVALID_OPERATION', errorCode: 6015 });
  });

  it('know the passcode with which the page joined', async () => {
    const embedded = await component();
    expect(embedded.getCurrentMeetingInfo()).toMatchObject({ password: '', isInMeeting: true });
    await embedded.leaveMeeting();
    await embedded.join({ ...joinArgs, meetingNumber: '12345678901', password: 'tea' });
    expect(embedded.getCurrentMeetingInfo()).toMatchObject({ password: 'tea' });
    server.publish('seat.held', {}, 0);
    expect(embedded.getCurrentMeetingInfo()).toMatchObject({ isInMeeting: false });
  });

  it('have a text for every milestone', async () => {
    await component(['join-speed']);
    expect(of('join-speed').filter((one) => (one as { desc: string }).desc === '')).toEqual([]);
  });

  it('refuse the chat of a webinar, as the contract has it', async () => {
    Object.assign(session, { kind: 'webinar' });
    try {
      const embedded = await component();
      await expect(embedded.sendChat('hello')).rejects.toMatchObject({ type: 'INVALID_OPERATION' });
    } finally {
      Object.assign(session, { kind: 'meeting' });
    }
  });
});

describe('muting and sharing by the rules', () => {
  it('does not open the microphone where the host does not let it', async () => {
    const meeting = await inMeeting();
    await meeting.actions.setMicrophone(true);
    server.publish('session.updated', { unmuteAllowed: false });
    server.engine.handlers.microphoneRevoked();
    expect(meeting.getState().microphone).toBe('muted');
    await expect(meeting.actions.setMicrophone(true)).rejects.toMatchObject({ type: 'INSUFFICIENT_PRIVILEGES' });
    await expect(meeting.actions.mute(2, false)).rejects.toMatchObject({ type: 'INSUFFICIENT_PRIVILEGES' });
    expect(server.engine.calls).not.toContain('muteMicrophone false');
    server.publish('participant.updated', { userId: 2, mayUnmute: true });
    await meeting.actions.setMicrophone(true);
    expect(server.engine.calls).toContain('muteMicrophone false');
  });

  it('asks for what hosts see when the own role becomes that of a host, and again when it goes', async () => {
    const meeting = await inMeeting();
    const asked = server.snapshots;
    server.publish('participant.updated', { userId: 2, muted: true });
    server.publish('participant.updated', { userId: 1, role: 'cohost' });
    expect(server.snapshots).toBe(asked);
    const roster = server.participants;
    const session = { ...server.snapshot().session, passcode: 'secret' };
    server.participants = [...roster.map((p) => (p.userId === 2 ? { ...p, role: 'cohost' as const } : p)), person(5, { state: 'waiting' })];
    server.onSnapshot = () => ({ ...server.snapshot(), session });
    server.publish('participant.updated', { userId: 2, role: 'cohost' });
    await vi.waitFor(() => expect(meeting.getState().participants.map((p) => p.userId)).toContain(5));
    expect(meeting.getState().session?.passcode).toBe('secret');
    server.participants = roster;
    server.onSnapshot = () => server.snapshot();
    server.publish('participant.updated', { userId: 2, role: 'attendee' });
    await vi.waitFor(() => expect(meeting.getState().participants.map((p) => p.userId)).not.toContain(5));
    expect(meeting.getState().session?.passcode).toBeUndefined();
    expect(server.snapshots).toBe(asked + 2);
  });

  it('ends the share if somebody else shared first', async () => {
    const meeting = await inMeeting();
    server.onCommand = (type, data) => {
      if (type === 'seat.media' && data.sharing === true) throw new TransportError(1004, 'INVALID_OPERATION: somebody else is sharing', false);
      return { revision: 0 };
    };
    await meeting.actions.setShare(true);
    await settle();
    expect(meeting.getState().share).toBe('off');
  });

  it('shares with the options of a call, for that share only', async () => {
    const zoom = await client([], { hideShareAudioOption: false });
    await zoom.startScreenShare({ hideShareAudioOption: true, optimizedForSharedVideo: true });
    server.engine.handlers.sourceEnded('screen');
    await zoom.startScreenShare({});
    expect(server.shared).toEqual([{ sound: false, motion: true }, { sound: true, motion: false }]);
  });

  it('reports to the app that nothing was selected to share', async () => {
    const zoom = await client();
    server.picks = false;
    await expect(zoom.startScreenShare({})).rejects.toMatchObject({ method: 'startScreenShare', type: 'INVALID_OPERATION' });
  });

  it('stops the own share when a host takes its place', async () => {
    const zoom = await client();
    await zoom.startScreenShare({});
    server.publish('seat.share_stopped', { byUserId: 1 }, 0);
    await settle();
    expect(server.engine.calls.filter((c) => c.startsWith('setScreen'))).toEqual(['setScreen true', 'setScreen false']);
  });
});

describe('unknown options', () => {
  it.each([
    ['passwrod', 'passWord'],
    ['meetingnumber', 'meetingNumber'],
    ['zak2', 'zak'],
    ['entirelyDifferent', null],
  ])('%s may mean %s', (name, meant) => {
    expect(nearest(name, ['passWord', 'meetingNumber', 'zak', 'signature'])).toBe(meant);
  });
});

describe('the list of large places', () => {
  it('replaces, adds and removes', () => {
    expect(applyPin([1, 2], 'add', 3, true)).toEqual([1, 2, 3]);
    expect(applyPin([1, 2], 'add', 3, false)).toEqual([3]);
    expect(applyPin([1, 2], 'replace', 2, true)).toEqual([2]);
    expect(applyPin([1, 2], 'remove', 1, true)).toEqual([2]);
  });
});
