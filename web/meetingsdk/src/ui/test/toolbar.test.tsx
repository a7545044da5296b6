import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SettingsDialog } from '../dialogs/SettingsDialog';
import { ChatPanel } from '../panels/ChatPanel';
import { ReactionNews } from '../stage/ReactionNews';
import { Tile } from '../tile/Tile';
import { Toolbar } from '../toolbar/Toolbar';
import { person, renderInView, state, stubSizes } from './fake';

beforeEach(() => stubSizes(1280, 800));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const images = [{ id: 'beach', displayName: 'Beach', fileName: 'beach.png', url: 'data:image/png;base64,AA' }];

describe('reactions', () => {
  it('are sent from the toolbar, which raises the hand too', () => {
    const { model } = renderInView(<Toolbar />, state([person(1)]));
    fireEvent.click(screen.getByRole('button', { name: 'Reactions' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Heart' }));
    expect(model.actions.react).toHaveBeenCalledExactlyOnceWith('heart');
    fireEvent.click(screen.getByRole('button', { name: 'Reactions' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Raise hand' }));
    expect(model.actions.raiseHand).toHaveBeenCalledExactlyOnceWith(true);
    act(() => model.set({ participants: [person(1, { handRaised: true })] }));
    fireEvent.click(screen.getByRole('button', { name: 'Lower hand' }));
    expect(model.actions.raiseHand).toHaveBeenLastCalledWith(false);
  });

  it('show on the tile of whoever sent them, the newest alone, and are read out', () => {
    const people = [person(1), person(2)];
    const reactions = [{ id: 1, userId: 2, reaction: 'clap' as const }, { id: 2, userId: 2, reaction: 'tada' as const }];
    const { container, layer } = renderInView(<><Tile userId={1} /><Tile userId={2} /><ReactionNews /></>, state(people, { reactions }));
    expect([...container.querySelectorAll('.ar-tile__reaction')].map((sign) => sign.textContent)).toEqual(['🎉']);
    expect(layer.textContent).toBe('Person 2: Celebration');
  });
});

describe('settings', () => {
  it('choose a background, unless it is locked', () => {
    const { model } = renderInView(<SettingsDialog first="background" onClose={() => undefined} />, state([person(1)], { background: { supported: true, id: 'blur', images, locked: false, busy: false } }));
    expect(screen.getByRole('radio', { name: 'Blur' }).getAttribute('aria-checked')).toBe('true');
    fireEvent.click(screen.getByRole('radio', { name: 'Beach' }));
    expect(model.actions.setBackground).toHaveBeenCalledExactlyOnceWith('beach');
    act(() => model.set({ background: { supported: true, id: 'blur', images, locked: true, busy: false } }));
    expect(screen.getByRole<HTMLButtonElement>('radio', { name: 'None' }).disabled).toBe(true);
    expect(screen.getByRole('status').textContent).toBe('The background cannot be changed in this meeting.');
  });

  it('go from tab to tab with the arrow keys', () => {
    renderInView(<SettingsDialog first="audio" onClose={() => undefined} />, state([person(1)]));
    fireEvent.keyDown(screen.getByRole('tab', { name: 'Audio' }), { key: 'ArrowLeft' });
    expect(screen.getByRole('tab', { name: 'Statistics' }).getAttribute('aria-selected')).toBe('true');
    expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'Statistics' }));
  });

  it('leave out what a listener of a webinar does not have', () => {
    const first = state([person(1)]);
    renderInView(<SettingsDialog first="audio" onClose={() => undefined} />, { ...first, session: first.session && { ...first.session, kind: 'webinar' } });
    expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Statistics']);
  });

  it('mirror the own picture on this page', () => {
    const { model } = renderInView(<SettingsDialog first="video" onClose={() => undefined} />, state([person(1)], { mirrored: true }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Mirror my picture' }));
    expect(model.actions.setMirrored).toHaveBeenCalledExactlyOnceWith(false);
  });
});

describe('chat', () => {
  const message = (id: string, userId: number) => ({ id, text: id, sentAt: `2026-01-01T10:0${userId}:00Z`, sender: { userId, name: `Person ${userId}` }, receiver: null });

  it('goes to hosts or to the waiting room', () => {
    const people = [person(1, { role: 'host' }), person(2, { role: 'cohost' }), person(3, { state: 'waiting' })];
    const { model } = renderInView(<ChatPanel />, state(people));
    const to = screen.getByRole('combobox');
    expect(within(to).getAllByRole('option').map((option) => option.textContent)).toEqual(['Everyone', 'Hosts', 'Waiting room', 'Person 2']);
    for (const group of ['hosts', 'waitingRoom'] as const) {
      fireEvent.change(to, { target: { value: group } });
      fireEvent.change(screen.getByRole('textbox'), { target: { value: 'hello' } });
      fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' });
      expect(model.actions.sendChat).toHaveBeenLastCalledWith('hello', group);
    }
  });

  it('lets people take back their own words, and hosts any', () => {
    const chat = [message('one', 1), message('two', 2)];
    const { model } = renderInView(<ChatPanel />, state([person(1), person(2)], { chat }));
    fireEvent.click(screen.getByRole('button', { name: 'Delete message' }));
    expect(model.actions.deleteChat).toHaveBeenCalledExactlyOnceWith('one');
    cleanup();
    renderInView(<ChatPanel />, state([person(1, { role: 'host' }), person(2)], { chat }));
    expect(screen.getAllByRole('button', { name: 'Delete message' })).toHaveLength(2);
  });
});
