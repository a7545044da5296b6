import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { MeetingState } from '../../core/model';
import { browserOf } from '../logic/device-problem';
import { joinSentences } from '../logic/sentences';
import { jaJP } from '../i18n/ja-JP';
import { PreviewPage } from '../pages/PreviewPage';
import { person, renderInView, state } from './fake';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Devices that the test controls, and a browser that reports changed permissions. */
class Devices extends EventTarget {
  fault = '';
  readonly permissions = { camera: new Permission(), microphone: new Permission() };
  readonly tracks: EventTarget[] = [];
  readonly getUserMedia = vi.fn(async (wanted: MediaStreamConstraints) => {
    if (this.fault) throw new DOMException('', this.fault);
    const track = Object.assign(new EventTarget(), { stop: () => undefined, getSettings: () => ({ facingMode: this.facing }) });
    this.tracks.push(track);
    return { getTracks: () => [track], getVideoTracks: () => (wanted.video ? [track] : []) };
  });
  facing = 'user';

  enumerateDevices = () => Promise.resolve([{ kind: 'audiooutput', deviceId: 'desk', label: 'Desk speaker' }]);

  use(): this {
    vi.stubGlobal('navigator', Object.create(navigator, {
      mediaDevices: { value: this },
      permissions: { value: { query: ({ name }: { name: 'camera' | 'microphone' }) => Promise.resolve(this.permissions[name]) } },
      userAgent: { value: 'Chrome/150 Safari/537' },
    }));
    return this;
  }
}

class Permission extends EventTarget {
  state = 'denied';
  allow(): void {
    this.state = 'granted';
    this.dispatchEvent(new Event('change'));
  }
}

const settled = () => act(async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
});

async function open(devices: Devices, change: Partial<MeetingState> = {}) {
  devices.use();
  const view = renderInView(<PreviewPage />, state([person(1)], { phase: 'previewing', ...change }));
  await settled();
  return { ...view, trouble: () => view.container.querySelector('.ar-preview__trouble')?.textContent ?? '', picture: () => view.container.querySelector('video') as HTMLVideoElement };
}

const offered = (change: Partial<MeetingState['background']> = {}): Partial<MeetingState> => ({
  background: { supported: true, offered: true, id: '', images: [{ id: 'beach', displayName: 'Beach', fileName: 'b.png', url: 'b.png' }], locked: false, busy: false, ...change },
});

it.each([
  ['NotAllowedError', 'Camera blocked by the browser', 'Click or tap the icon beside the address', ['Mic blocked', 'Camera blocked']],
  ['NotFoundError', 'No camera', 'Connect one', ['None found', 'None found']],
  ['NotReadableError', 'Another app is using the camera', 'Close the other app', ['None found', 'None found']],
])('%s: the picture says what is wrong and what helps, and the switches look off', async (name, what, fix, listed) => {
  const devices = new Devices();
  devices.fault = name;
  const { trouble: problem } = await open(devices);
  expect(problem()).toContain(what);
  expect(problem()).toContain(fix);
  expect(screen.getByRole('button', { name: 'start my video' }).className).toContain('ar-round--off');
  expect(screen.getByRole('button', { name: 'unmute my microphone' }).className).toContain('ar-round--off');
  expect(['Microphone', 'Camera'].map((label) => screen.getByRole('combobox', { name: label }).textContent)).toEqual(listed);
  const asked = devices.getUserMedia.mock.calls.length;
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await settled();
  expect(devices.getUserMedia.mock.calls.length).toBeGreaterThan(asked);
});

it('opens a device that is allowed in the browser, without another click', async () => {
  const devices = new Devices();
  devices.fault = 'NotAllowedError';
  const { trouble: problem, picture } = await open(devices);
  devices.dispatchEvent(new Event('devicechange'));
  await settled();
  expect(problem()).toContain('Camera blocked');
  devices.fault = '';
  act(() => devices.permissions.camera.allow());
  await settled();
  expect(problem()).toBe('');
  expect(picture().hidden).toBe(false);
  expect(screen.getByRole('button', { name: 'unmute my microphone' })).toBeTruthy();
  act(() => devices.permissions.microphone.allow());
  await settled();
  expect(screen.getByRole('button', { name: 'mute my microphone' })).toBeTruthy();
});

it('opens a camera that is connected, and shows when it is gone', async () => {
  const devices = new Devices();
  devices.fault = 'NotFoundError';
  const { trouble: problem } = await open(devices);
  devices.fault = '';
  act(() => void devices.dispatchEvent(new Event('devicechange')));
  await settled();
  expect(problem()).toBe('');
  devices.fault = 'NotFoundError';
  act(() => devices.tracks.forEach((track) => track.dispatchEvent(new Event('ended'))));
  await settled();
  expect(problem()).toContain('No camera');
});

it('shows the name that others will see, and lets one try the speaker and a background', async () => {
  const { container } = await open(new Devices(), { displayName: 'Grace', ...offered() });
  expect(container.querySelector('.ar-preview__picture .ar-badge')?.textContent).toBe('Grace');
  expect(screen.getByRole('button', { name: 'Test speaker' })).toBeTruthy();
  expect(screen.getByRole('radiogroup', { name: 'Background' })).toBeTruthy();
});

it('joins with the loudspeaker that was chosen', async () => {
  const { model } = await open(new Devices());
  fireEvent.change(screen.getByRole('combobox', { name: 'Speaker' }), { target: { value: 'desk' } });
  fireEvent.click(screen.getByRole('button', { name: 'Join meeting' }));
  expect(model.actions.finishPreview).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ speakerId: 'desk', microphone: true, camera: true }));
});

it('joins with devices that are still being opened as their switches show them', async () => {
  const devices = new Devices();
  devices.getUserMedia.mockReturnValue(new Promise(() => undefined));
  const { model } = await open(devices);
  fireEvent.click(screen.getByRole('button', { name: 'mute my microphone' }));
  fireEvent.click(screen.getByRole('button', { name: 'Join meeting' }));
  expect(model.actions.finishPreview).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ microphone: false, camera: true }));
});

it('shows the chosen background, prepared anew for each camera', async () => {
  const devices = new Devices();
  const { model, picture } = await open(devices, offered());
  const plain = picture().srcObject;
  fireEvent.click(screen.getByRole('radio', { name: 'Beach' }));
  expect(model.actions.setBackground).toHaveBeenCalledExactlyOnceWith('beach');
  let ready = (_: object) => {};
  const stop = vi.fn();
  vi.mocked(model.actions.previewBackground).mockReturnValue(new Promise((resolve) => (ready = resolve as typeof ready)));
  act(() => model.set(offered({ id: 'beach' })));
  await settled();
  expect([picture().srcObject, screen.getAllByRole('status').map((status) => status.textContent)]).toEqual([plain, expect.arrayContaining(['Preparing the background…'])]);
  const dressed = { id: 'dressed' };
  ready({ stream: dressed, stop });
  await settled();
  expect(picture().srcObject).toBe(dressed);
  act(() => model.set(offered({ id: '' })));
  await settled();
  expect([picture().srcObject, stop.mock.calls.length]).toEqual([plain, 1]);
});

it('unselects a background that fails, and shows that', async () => {
  const devices = new Devices();
  const { model } = await open(devices, offered());
  vi.mocked(model.actions.previewBackground).mockRejectedValue(new Error('no file'));
  act(() => model.set(offered({ id: 'blur' })));
  await settled();
  expect(model.actions.setBackground).toHaveBeenCalledExactlyOnceWith('');
  act(() => model.set(offered()));
  expect(screen.getByText('The background couldn’t be applied.')).toBeTruthy();
});

it.each([['user', true], ['environment', false]])('a camera that faces %s is mirrored: %s', async (facing, mirrored) => {
  const devices = new Devices();
  devices.facing = facing;
  const { picture } = await open(devices);
  expect(picture().className.includes('ar-video--mirrored')).toBe(mirrored);
});

it('joins sentences as the language does', () => {
  const texts = ['カメラがありません', '接続してください。', 'このまま参加できます。'];
  expect(joinSentences((key, values) => (jaJP as Record<string, string>)[key]?.replace(/\{(\w+)\}/g, (_, name: string) => String(values?.[name])) ?? key, texts)).toBe('カメラがありません。接続してください。このまま参加できます。');
});

it.each([['Firefox/140.0', 'firefox'], ['Version/18 Safari/605', 'safari'], ['iPhone Version/18 Safari/605', 'ios'], ['Chrome/150 Safari/537', 'chromium']])('%s is %s', (agent, browser) => {
  expect(browserOf(agent)).toBe(browser);
});
