import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Banners } from '../dialogs/Banners';
import { Dialogs } from '../dialogs/Dialogs';
import { SettingsDialog } from '../dialogs/SettingsDialog';
import { ChatPanel } from '../panels/ChatPanel';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { ReactionNews } from '../stage/ReactionNews';
import { Stage } from '../stage/Stage';
import { loadTheme } from '../state/theme';
import { Tile } from '../tile/Tile';
import { ShareControl } from '../toolbar/ShareControl';
import { Shortcuts } from '../toolbar/Shortcuts';
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
    // The hand has a button next to the reactions, not in place of them.
    fireEvent.click(screen.getByRole('button', { name: 'Reactions' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Applause' }));
    expect(model.actions.react).toHaveBeenLastCalledWith('clap');
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

describe('on a phone', () => {
  it('the menu turns to the other camera, where there is one', () => {
    stubSizes(390, 60);
    const devices = { microphones: [], speakers: [], microphone: '', speaker: '', camera: 'front', cameras: [{ deviceId: 'front', label: 'Front' }, { deviceId: 'back', label: 'Back' }] };
    const { model, container } = renderInView(<Toolbar />, state([person(1)], { camera: 'on', devices }));
    const open = () => fireEvent.click(container.querySelector('[aria-label="More meeting control "]') as HTMLElement);
    open();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Switch camera' }));
    expect(model.actions.chooseDevice).toHaveBeenCalledExactlyOnceWith('camera', 'back');
    act(() => model.set({ devices: { ...devices, cameras: devices.cameras.slice(0, 1) } }));
    open();
    expect(screen.queryByRole('menuitem', { name: 'Switch camera' })).toBeNull();
  });

  it.each([[true, false], [false, true]])('touch %s: opening the participants focuses the search %s', (touch, focused) => {
    vi.stubGlobal('matchMedia', () => ({ matches: touch, addEventListener: () => undefined, removeEventListener: () => undefined }));
    renderInView(<ParticipantsPanel />, state([person(1)]));
    expect(document.activeElement === screen.getByRole('searchbox')).toBe(focused);
  });
});

describe('settings', () => {
  it('choose a background, unless it is locked', () => {
    const { model } = renderInView(<SettingsDialog first="background" onClose={() => undefined} />, state([person(1)], { background: { supported: true, offered: true, id: 'blur', images, locked: false, busy: false } }));
    expect(screen.getByRole('radio', { name: 'Blur' }).getAttribute('aria-checked')).toBe('true');
    fireEvent.click(screen.getByRole('radio', { name: 'Beach' }));
    expect(model.actions.setBackground).toHaveBeenCalledExactlyOnceWith('beach');
    act(() => model.set({ background: { supported: true, offered: true, id: 'blur', images, locked: true, busy: false } }));
    expect(screen.getByRole<HTMLButtonElement>('radio', { name: 'None' }).disabled).toBe(true);
    expect(screen.getByRole('status').textContent).toBe('You can’t change the background in this meeting.');
  });

  it('have no tab of what the app has switched off', () => {
    const { model, ui } = renderInView(<SettingsDialog first="background" onClose={() => undefined} />, state([person(1)]));
    const tabs = (): (string | null)[] => screen.getAllByRole('tab').slice(0, -3).map((tab) => tab.textContent);
    expect(tabs()).toEqual(['Audio', 'Video', 'Background']);
    act(() => model.set({ background: { ...model.getState().background, offered: false } }));
    expect(tabs()).toEqual(['Audio', 'Video']);
    act(() => ui.set({ options: { ...ui.get().options, isSupportAV: false } }));
    expect(tabs()).toEqual([]);
  });

  it('decline a request to unmute if the app has no audio', () => {
    const { model, ui } = renderInView(<Dialogs />, state([person(1)]));
    ui.set({ options: { ...ui.get().options, disableJoinAudio: true } });
    act(() => model.set({ unmuteRequestedBy: 'Grace' }));
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(model.actions.respondToUnmuteRequest).toHaveBeenCalledExactlyOnceWith(false);
  });

  it('go from tab to tab with the arrow keys', () => {
    renderInView(<SettingsDialog first="audio" onClose={() => undefined} />, state([person(1)]));
    fireEvent.keyDown(screen.getByRole('tab', { name: 'Audio' }), { key: 'ArrowLeft' });
    expect(screen.getByRole('tab', { name: 'General' }).getAttribute('aria-selected')).toBe('true');
    expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'General' }));
  });

  it('leave out what a listener of a webinar does not have', () => {
    const first = state([person(1)]);
    renderInView(<SettingsDialog first="audio" onClose={() => undefined} />, { ...first, session: first.session && { ...first.session, kind: 'webinar' } });
    expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Statistics', 'Keyboard', 'General']);
  });

  it('mirror the own picture on this page', () => {
    const { model } = renderInView(<SettingsDialog first="video" onClose={() => undefined} />, state([person(1)], { mirrored: true }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Mirror my video' }));
    expect(model.actions.setMirrored).toHaveBeenCalledExactlyOnceWith(false);
  });
});

describe('keyboard', () => {
  const press = (code: string, more: KeyboardEventInit = {}, target: Element = document.body) => fireEvent.keyDown(target, { code, altKey: true, ...more });

  it('mutes, raises the hand and opens panels, but not while somebody types or is asked', () => {
    const { model, ui } = renderInView(<><Shortcuts /><ChatPanel /></>, state([person(1)], { microphone: 'on' }));
    press('KeyA');
    expect(model.actions.setMicrophone).toHaveBeenCalledExactlyOnceWith(false);
    press('KeyY');
    expect(model.actions.raiseHand).toHaveBeenCalledExactlyOnceWith(true);
    press('KeyU');
    expect(ui.get().panel).toBe('participants');
    press('KeyU');
    expect(ui.get().panel).toBeNull();
    press('KeyA', { ctrlKey: true });
    press('KeyA', { altKey: false });
    press('KeyA', {}, screen.getByRole('textbox'));
    ui.set({ dialog: { name: 'settings' } });
    press('KeyA');
    ui.set({ dialog: null });
    model.set({ unmuteRequestedBy: 'Grace' });
    press('KeyA');
    expect(model.actions.setMicrophone).toHaveBeenCalledOnce();
  });

  it('does not join audio where the app has none of it', () => {
    const { model, ui } = renderInView(<Shortcuts />, state([person(1)]));
    ui.set({ options: { ...ui.get().options, disableJoinAudio: true } });
    for (const code of ['KeyA', 'KeyV']) press(code);
    expect(model.actions.setMicrophone).not.toHaveBeenCalled();
    expect(model.actions.setCamera).toHaveBeenCalledOnce();
  });

  it('does nothing that has no button', () => {
    const first = state([person(1)]);
    const { model } = renderInView(<Shortcuts />, { ...first, session: first.session && { ...first.session, kind: 'webinar' } });
    for (const code of ['KeyA', 'KeyV', 'KeyS']) press(code);
    expect(model.actions.setMicrophone).not.toHaveBeenCalled();
    expect(model.actions.setCamera).not.toHaveBeenCalled();
    expect(model.actions.setShare).not.toHaveBeenCalled();
  });
});

describe('sharing', () => {
  it('asks for sound unless that was switched off', () => {
    const { model } = renderInView(<ShareControl />, state([person(1)]));
    for (const on of [false, true]) {
      fireEvent.click(screen.getByRole('button', { name: 'Share options' }));
      fireEvent.click(screen.getByRole('menuitemcheckbox', { name: 'Also share sound' }));
      expect(model.actions.setShareSound).toHaveBeenLastCalledWith(on);
    }
  });

  it('shows the screen that was chosen, as long as it is shared', () => {
    const people = [person(1), person(2, { sharing: true }), person(3, { sharing: true })];
    const { model, container } = renderInView(<Stage />, state(people));
    expect(container.querySelector('.ar-share__by > span')?.textContent).toBe('Person 2 is sharing');
    fireEvent.click(within(screen.getByRole('group', { name: 'Choose which screen to see' })).getByRole('button', { name: 'Person 3' }));
    expect(container.querySelector('.ar-share__by > span')?.textContent).toBe('Person 3 is sharing');
    act(() => model.set({ participants: [person(1), person(2, { sharing: true }), person(3)] }));
    expect(container.querySelector('.ar-share__by > span')?.textContent).toBe('Person 2 is sharing');
    expect(screen.queryByRole('group', { name: 'Choose which screen to see' })).toBeNull();
  });

  it('can be stopped although the stage shows somebody else', () => {
    const { model } = renderInView(<Banners />, state([person(1, { sharing: true }), person(2, { sharing: true })], { share: 'on' }));
    fireEvent.click(screen.getByRole('button', { name: 'Stop sharing' }));
    expect(model.actions.setShare).toHaveBeenCalledExactlyOnceWith(false);
  });
});

describe('appearance', () => {
  it('is chosen for this browser', () => {
    localStorage.clear();
    const { layer } = renderInView(<SettingsDialog first="general" onClose={() => undefined} />, state([person(1)]));
    fireEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(layer.parentElement?.dataset.theme).toBe('dark');
    expect(loadTheme()).toBe('dark');
    fireEvent.click(screen.getByRole('radio', { name: 'Use system setting' }));
    expect(layer.parentElement?.dataset.theme).toBeUndefined();
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

  it('lets participants delete their own messages, and hosts any', () => {
    const chat = [message('one', 1), message('two', 2)];
    const { model } = renderInView(<ChatPanel />, state([person(1), person(2)], { chat }));
    fireEvent.click(screen.getByRole('button', { name: 'Delete message' }));
    expect(model.actions.deleteChat).toHaveBeenCalledExactlyOnceWith('one');
    cleanup();
    renderInView(<ChatPanel />, state([person(1, { role: 'host' }), person(2)], { chat }));
    expect(screen.getAllByRole('button', { name: 'Delete message' })).toHaveLength(2);
  });
});
