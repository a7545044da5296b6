// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import type { MeetingModel, PreviewChoice } from '../src/core/model';
import { settle } from './support/fake-clock';
import { FakeServer, joinArgs, person, refusal } from './support/fake-server';

let server: FakeServer;
let zoom: ReturnType<typeof createZoomMtg>;
let model: MeetingModel;
let events: string[];

const choice = (change: Partial<PreviewChoice> = {}): PreviewChoice => ({ microphone: false, camera: false, microphoneId: '', cameraId: '', speakerId: '', deviceSwitches: { microphone: true, camera: true }, ...change });

function open(): void {
  const environment = server.environment();
  const { ui } = environment.chunks;
  zoom = createZoomMtg({
    ...environment,
    chunks: {
      ...environment.chunks,
      ui: async () => {
        const chunk = await ui();
        return { ...chunk, mountClientView: (root, m, options) => ((model = m), chunk.mountClientView(root, m, options)) };
      },
    },
  });
  events = [];
  const note = (name: string, word: (payload: never) => unknown): void => zoom.inMeetingServiceListener(name, (p: never) => void events.push(`${name} ${String(word(p))}`.trim()));
  note('onMeetingStatus', (p: { status: number }) => p.status);
  note('onJoinSpeed', (p: { level: number }) => p.level);
  note('onPreviewPannel', (p: { show: boolean }) => p.show);
  note('onUserJoin', (p: { userId: number; self: boolean }) => `${p.userId}${p.self ? ' self' : ''}`);
  note('onUserLeave', (p: { reasonCode: number }) => p.reasonCode);
}

async function start(init: object = {}): Promise<void> {
  await zoom.init({ leaveUrl: '/bye', ...init });
  zoom.join({ ...joinArgs, success: () => events.push('success'), error: (e: { errorCode: number }) => events.push(`error ${e.errorCode}`) });
  await settle();
}

beforeEach(() => {
  document.body.replaceChildren();
  server = new FakeServer();
  open();
});

describe('the preview of Client View', () => {
  it('comes before the join: the page sends only a check, and reports only the preview', async () => {
    await start();
    await server.clock.advance(60_000);
    expect(events).toEqual(['onMeetingStatus 1', 'onJoinSpeed 1', 'onJoinSpeed 2', 'onPreviewPannel true']);
    expect(server.joins).toEqual([]);
    expect(server.received).toMatchObject([{ path: '/sdk/v1/join', body: { check: true, userName: 'Ada' } }]);
    expect([server.admissions, server.transports.length, server.media.length]).toEqual([0, 0, 0]);
    expect(model.getState()).toMatchObject({ phase: 'previewing', displayName: 'Ada', awaitedMeeting: { topic: 'Tea' }, participants: [], chat: [] });
    await expect(zoom.getCurrentUser({})).rejects.toMatchObject({ errorMessage: 'closed' });
    await expect(zoom.getAttendeeslist({})).rejects.toMatchObject({ errorMessage: 'closed' });
  });

  it('is followed by the join, the levels in their order, and the chosen devices', async () => {
    await start();
    model.actions.finishPreview(choice({ microphone: true, camera: true }));
    await settle();
    await server.clock.advance(1_000);
    expect(events.filter((entry) => !/onJoinSpeed (9|1\d)/.test(entry))).toEqual([
      'onMeetingStatus 1', 'onJoinSpeed 1', 'onJoinSpeed 2', 'onPreviewPannel true', 'onPreviewPannel false', 'onJoinSpeed 3', 'onJoinSpeed 8',
      'success', 'onUserJoin 2 self', 'onUserJoin 1', 'onMeetingStatus 2',
    ]);
    expect(events.indexOf('onJoinSpeed 8')).toBeLessThan(events.indexOf('onJoinSpeed 13'));
    expect(server.joins).toHaveLength(1);
    expect(server.engine.calls).toEqual(expect.arrayContaining(['openMicrophone', 'setCamera true']));
  });

  it('takes the background and the loudspeaker along into the meeting', async () => {
    await start();
    expect(model.getState().background.supported).toBe(server.environment().detectCapabilities?.().background ?? true);
    await model.actions.setBackground('blur');
    const stream = {} as MediaStream;
    expect((await model.actions.previewBackground(stream)).stream).toBe(stream);
    expect(server.backgroundPreviews).toEqual([{ blur: true }]);
    model.actions.finishPreview(choice({ camera: true, speakerId: 'desk' }));
    await settle();
    expect(server.engine.calls.filter((call) => /setBackground|setCamera|switchDevice/.test(call))).toEqual(['setBackground {"blur":true}', 'setCamera true', 'switchDevice speaker desk']);
  });

  it('is confirmed once, however often it is clicked', async () => {
    await start();
    model.actions.finishPreview(choice());
    model.actions.finishPreview(choice());
    await settle();
    expect(server.joins).toHaveLength(1);
    model.actions.finishPreview(choice());
    expect(events.filter((entry) => entry === 'onJoinSpeed 3')).toHaveLength(1);
  });

  it('leaves no trace when it is cancelled, settles the join, and reports the departure', async () => {
    await start();
    const left: string[] = [];
    zoom.leaveMeeting({ success: () => left.push('success'), error: () => left.push('error') });
    await settle();
    expect(left).toEqual(['success']);
    expect(events.slice(4)).toEqual(['error 1', 'onMeetingStatus 3', 'onPreviewPannel false']);
    expect(server.received.filter((r) => r.body.check !== true)).toEqual([]);
    expect(server.navigated).toEqual([`${location.origin}/bye`]);
    expect(document.getElementById('zmmtg-root')?.style.display).toBe('none');
    expect(server.page.occupant).toBeNull();
    // And again, in the same page.
    await start();
    model.actions.finishPreview(choice());
    await settle();
    expect(events).toContain('success');
  });

  it('is not shown where the join would be refused', async () => {
    server.checks = [refusal(3004, 'WRONG_MEETING_PASSWORD', 'Wrong passcode', 'passcode_wrong')];
    await start();
    expect(events).toEqual(['onMeetingStatus 1', 'onJoinSpeed 1', 'error 3004', 'onMeetingStatus 3']);
    expect(server.joins).toEqual([]);
  });

  it('is followed by a refusal where the meeting has changed meanwhile', async () => {
    await start();
    server.replies = [refusal(4006, 'MEETING_LOCKED', 'Locked', 'locked')];
    model.actions.finishPreview(choice());
    await settle();
    expect(events.slice(4)).toEqual(['onPreviewPannel false', 'onJoinSpeed 3', 'error 4006', 'onMeetingStatus 3']);
  });

  const notStarted = () => refusal(3008, 'MEETING_NOT_START', 'Meeting has not started', 'host_not_here', { retryAfter: 5, result: { topic: 'Tea', scheduleTime: null } });

  it('comes before the wait for the host, which is one attempt with it', async () => {
    server.checks = [notStarted()];
    server.replies = [notStarted()];
    await start();
    expect(events).toEqual(['onMeetingStatus 1', 'onJoinSpeed 1', 'onJoinSpeed 2', 'onPreviewPannel true']);
    model.actions.finishPreview(choice({ camera: true }));
    await settle();
    expect(events.slice(4)).toEqual(['onPreviewPannel false', 'onJoinSpeed 3', 'onJoinSpeed 4', 'error 3008']);
    expect(server.joins[0]?.waitId).toBe(server.received[0]?.body.joinId);
    await server.clock.advance(6_000);
    expect(events.slice(8, 11)).toEqual(['onJoinSpeed 5', 'onJoinSpeed 8', 'onJoinSpeed 13']);
    expect(events).toContain('success');
    expect(server.engine.calls).toContain('setCamera true');
  });

  it('is not shown for a meeting that has not begun where the app waits by itself', async () => {
    server.checks = [notStarted()];
    await start({ isShowJoiningErrorDialog: false });
    expect(events).toEqual(['onMeetingStatus 1', 'onJoinSpeed 1', 'error 3008', 'onMeetingStatus 3']);
  });

  it('keeps the chosen devices through the waiting room', async () => {
    await start();
    server.state = 'waiting';
    server.participants = [person(2, { state: 'waiting' })];
    model.actions.finishPreview(choice({ microphone: true, camera: true }));
    await settle();
    expect(events.slice(4, 9)).toEqual(['onPreviewPannel false', 'onJoinSpeed 3', 'onJoinSpeed 6', 'success', 'onMeetingStatus 2']);
    server.participants = [person(1, { role: 'host' }), person(2)];
    server.publish('seat.admitted', {}, 0);
    await settle();
    expect(events.filter((entry) => entry.startsWith('onUserJoin'))).toEqual(['onUserJoin 2 self', 'onUserJoin 1']);
    expect(server.engine.calls).toEqual(expect.arrayContaining(['openMicrophone', 'setCamera true']));
  });

  it('is not shown to a page that comes back, nor to a webinar\'s audience', async () => {
    server.resumes = true;
    await start();
    expect(events).toContain('success');
    await zoom.leaveMeeting();
    server.resumes = false;
    server.webinar = true;
    server.checks = [];
    open();
    await start();
    expect(events).not.toContain('onJoinSpeed 2');
    expect(events).toContain('success');
    expect(server.engine.calls).not.toContain('openMicrophone');
    await zoom.leaveMeeting();
    server.role = 'panelist';
    open();
    await start();
    expect(events).toContain('onJoinSpeed 2');
  });

  it('obeys disablePreview of an init that is not awaited', async () => {
    zoom.init({ leaveUrl: '/bye', disablePreview: true });
    zoom.join(joinArgs);
    await settle();
    expect(server.joins).toHaveLength(1);
    expect(events).not.toContain('onJoinSpeed 2');
  });

  it('remembers what was switched off, for the next meeting of this browser', async () => {
    await start();
    expect(model.getState().deviceSwitches).toEqual({ microphone: true, camera: true });
    model.actions.finishPreview(choice({ deviceSwitches: { microphone: false, camera: false } }));
    await settle();
    await zoom.leaveMeeting();
    await start();
    expect(model.getState().deviceSwitches).toEqual({ microphone: false, camera: false });
    await zoom.leaveMeeting();
    await start();
    model.actions.finishPreview(choice({ deviceSwitches: { microphone: true, camera: false } }));
    await settle();
    await zoom.leaveMeeting();
    open();
    await start();
    expect(model.getState().deviceSwitches).toEqual({ microphone: true, camera: false });
  });
});

describe('audio at the join', () => {
  const audio = (): unknown => model.getState().microphone;

  it.each([
    [{}, 'muted'],
    [{ disableJoinAudio: true }, 'off'],
    [{ disableVoIP: true }, 'off'],
    [{ isSupportAV: false }, 'off'],
    [{ audioPanelAlwaysOpen: true }, 'off'],
  ])('is joined muted where the microphone was allowed before: %o', async (init, expected) => {
    server.microphoneAllowed = true;
    await start({ disablePreview: true, ...init });
    await server.clock.advance(1_000);
    expect(audio()).toBe(expected);
    // Nothing is opened before unmuting.
    expect(server.engine.calls).not.toContain('openMicrophone');
    expect(server.commands.filter(({ type }) => type === 'seat.media').map(({ data }) => data)).toEqual(expected === 'muted' ? [{ audioOn: true, muted: true, videoOn: false, sharing: false }] : []);
  });

  it('is not joined without that, so that nobody is asked before they want to speak', async () => {
    await start({ disablePreview: true });
    expect(audio()).toBe('off');
  });

  it('is joined muted after a preview with the microphone switched off', async () => {
    server.microphoneAllowed = true;
    await start();
    model.actions.finishPreview(choice({ deviceSwitches: { microphone: false, camera: true } }));
    await settle();
    expect(audio()).toBe('muted');
    expect(server.engine.calls).not.toContain('openMicrophone');
    await zoom.mute({ userId: 2, mute: false });
    expect(server.engine.calls).toContain('muteMicrophone false');
    expect(audio()).toBe('on');
  });

  it('is joined when one is admitted from the waiting room', async () => {
    server.microphoneAllowed = true;
    server.state = 'waiting';
    server.participants = [person(2, { state: 'waiting' })];
    await start({ disablePreview: true });
    expect(audio()).toBe('off');
    server.participants = [person(1, { role: 'host' }), person(2)];
    server.publish('seat.admitted', {}, 0);
    await settle();
    expect(audio()).toBe('muted');
  });
});
