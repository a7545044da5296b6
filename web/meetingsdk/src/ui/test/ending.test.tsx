import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mountClientView } from '../index';
import { usePreviewStream } from '../pages/usePreviewStream';
import { fakeModel, options, person, renderInView, state, stubSizes } from './fake';
import { createStore } from '../state/store';
import { firstUiState, uiAfterMeeting, type UiState } from '../state/ui-state';

beforeEach(() => stubSizes(1200, 700));
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

/** A camera that opens when the test resolves it. */
function stubCamera() {
  const track = { stop: vi.fn(), addEventListener: () => undefined, getSettings: () => ({}) };
  let answer: () => void = () => undefined;
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => new Promise((resolve) => (answer = () => resolve({ getTracks: () => [track], getVideoTracks: () => [track] }))) } });
  return { track, answer: () => act(async () => answer()) };
}

it.each(['ended', 'waitingRoom'] as const)('the settings and their camera go with the meeting: %s', async (phase) => {
  const { track, answer } = stubCamera();
  const cameras = [{ deviceId: 'c', label: 'Camera' }];
  const model = fakeModel(state([person(1)], { devices: { microphones: [], cameras, speakers: [], microphone: '', camera: '', speaker: '' } }));
  const root = document.body.appendChild(document.createElement('div'));
  let view: ReturnType<typeof mountClientView> | undefined;
  await act(async () => void (view = mountClientView(root, model, options)));
  await act(async () => document.querySelector<HTMLButtonElement>('button[aria-label^="More"], [aria-label^="More meeting control"] button')?.click());
  await act(async () => screen.getByRole('menuitem', { name: 'Settings' }).click());
  await act(async () => screen.getByRole('tab', { name: 'Video' }).click());
  expect(screen.getByRole('dialog')).toBeTruthy();
  await answer();
  expect(track.stop).not.toHaveBeenCalled();
  await act(async () => model.set({ phase }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(track.stop).toHaveBeenCalled();
  // Back inside, nothing of it comes again.
  await act(async () => model.set({ phase: 'inMeeting' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  await act(async () => view?.unmount());
});

it('a camera that opens only after its picture went away is closed at once', async () => {
  const { track, answer } = stubCamera();
  const Trial = () => <p>{usePreviewStream('video', true, '').state}</p>;
  const { unmount } = renderInView(<Trial />, state([person(1)]));
  unmount();
  await answer();
  expect(track.stop).toHaveBeenCalledOnce();
});

it('what a person was writing outlives a hold, not the meeting', () => {
  const ui = createStore<UiState>({ ...firstUiState(options), chatDraft: 'Hello', chatTo: 7, panel: 'chat', dialog: { name: 'muteAll' } });
  ui.set(uiAfterMeeting(ui.get(), true));
  expect(ui.get()).toMatchObject({ chatDraft: 'Hello', chatTo: 7, panel: null, dialog: null, movedToWaitingRoom: true });
  ui.set(uiAfterMeeting(ui.get(), false));
  expect(ui.get()).toMatchObject({ chatDraft: '', chatTo: null, movedToWaitingRoom: false });
});
