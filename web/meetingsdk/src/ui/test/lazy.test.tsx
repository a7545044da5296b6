import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClientView } from '../client/ClientView';
import { PanelHost } from '../component/PanelHost';
import { Dialogs } from '../dialogs/Dialogs';
import { lazyParts } from '../lazy/load';
import type { Store } from '../state/store';
import type { UiState } from '../state/ui-state';
import { person, renderInView, state, stubSizes } from './fake';

const server = vi.hoisted(() => ({ away: true, asked: 0 }));
vi.mock('../lazy/parts', async (original) => {
  server.asked++;
  if (server.away) throw new Error('Failed to fetch dynamically imported module');
  return original();
});

beforeEach(() => {
  server.asked = 0;
  stubSizes(800, 600);
});
afterEach(() => vi.useRealTimers());

const keys = (ui: Store<UiState>) => ui.get().notices.map((notice) => notice.key);

// The order matters: what is loaded stays loaded for the whole page.
it('loads nothing of what a person opens while somebody joins, and says nothing when that fails ahead of a click', async () => {
  vi.useFakeTimers();
  const { ui, model } = renderInView(<Dialogs />, state([person(1)], { phase: 'joining' }));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.asked).toBe(0);
  await act(async () => model.set({ phase: 'inMeeting' }));
  await vi.advanceTimersByTimeAsync(100);
  expect(server.asked).toBe(0);
  await vi.advanceTimersByTimeAsync(300);
  vi.useRealTimers();
  await waitFor(() => expect(server.asked).toBe(1));
  expect(keys(ui)).toEqual([]);
});

it.each([
  ['dialog', <Dialogs key="a" />, { dialog: { name: 'settings' } }],
  ['panel', <ClientView key="b" />, { panel: 'chat' }],
  ['panel', <PanelHost key="c" />, { panel: 'participants' }],
] as const)('closes a %s that cannot be loaded, and says so each time', async (opened, element, open) => {
  const { ui } = renderInView(element, state([person(1)]));
  for (let times = 1; times <= 2; times++) {
    await act(async () => ui.set(open));
    await waitFor(() => expect(ui.get()[opened]).toBeNull());
    expect(keys(ui)).toEqual(Array(times).fill('notice.notLoaded'));
    expect(server.asked).toBe(times);
  }
});

it('tries again when the person opens it again, and draws at once what is loaded', async () => {
  server.away = false;
  expect(lazyParts.get().parts).toBeNull();
  const { ui } = renderInView(<Dialogs />, state([person(1)]));
  await act(async () => ui.set({ dialog: { name: 'settings' } }));
  expect(await screen.findByRole('dialog', { name: 'Settings' })).toBeTruthy();
  act(() => ui.set({ dialog: null }));
  act(() => ui.set({ dialog: { name: 'muteAll' } }));
  expect(screen.getByRole('dialog')).toBeTruthy();
  expect(server.asked).toBe(1);
});

it('takes the keyboard as soon as a dialog is drawn late', async () => {
  lazyParts.set({ parts: null });
  const { ui } = renderInView(<Dialogs />, state([person(1)]));
  await act(async () => ui.set({ dialog: { name: 'settings' } }));
  const parts = await import('../lazy/parts');
  lazyParts.set({ parts });
  // No `act`: nothing but React's own turn lies between the drawing and the key.
  await Promise.resolve();
  const dialog = screen.getByRole('dialog', { name: 'Settings' });
  expect(dialog.contains(document.activeElement)).toBe(true);
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  expect(ui.get().dialog).toBeNull();
});
