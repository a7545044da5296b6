import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '../../core/errors';
import type { SessionInfo } from '../../core/model';
import { Banners } from '../dialogs/Banners';
import { Dialogs } from '../dialogs/Dialogs';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { Stage } from '../stage/Stage';
import { HostControl } from '../toolbar/HostControl';
import { Toolbar } from '../toolbar/Toolbar';
import { person, renderInView, state, stubSizes } from './fake';

const host = person(1, { role: 'host' });
const session = (change: Partial<SessionInfo>) => ({ session: { ...(state([]).session as SessionInfo), ...change } });

beforeEach(() => stubSizes(1200, 700));
afterEach(cleanup);

describe('host tools', () => {
  it('are for hosts alone', () => {
    const { container } = renderInView(<HostControl />, state([person(1), person(2, { role: 'host' })]));
    expect(container.querySelector('.ar-host-tools')).toBeNull();
  });

  it('show how things are, change them and stay open', () => {
    const { model } = renderInView(<HostControl />, state([host, person(2)], session({ unmuteAllowed: false, chatAllowed: 'hosts' })));
    fireEvent.click(screen.getByRole('button', { name: 'Host tools' }));
    const checked = (name: string) => screen.getByRole('menuitemcheckbox', { name }).getAttribute('aria-checked');
    expect([checked('Lock meeting'), checked('Unmute themselves'), checked('Rename themselves')]).toEqual(['false', 'false', 'true']);
    expect(screen.getByRole('menuitemradio', { name: 'Hosts only' }).getAttribute('aria-checked')).toBe('true');
    for (const name of ['Lock meeting', 'Unmute themselves', 'Share their screen', 'Focus mode', 'Share at the same time']) fireEvent.click(screen.getByRole('menuitemcheckbox', { name }));
    fireEvent.click(screen.getByRole('menuitemradio', { name: 'No one' }));
    expect(model.actions.lock).toHaveBeenCalledExactlyOnceWith(true);
    expect(vi.mocked(model.actions.setRules).mock.calls.flat()).toEqual([{ unmuteAllowed: true }, { shareAllowed: 'hosts' }, { focusMode: true }, { severalSharers: true }, { chatAllowed: 'off' }]);
    expect(screen.getByRole('menu')).toBeTruthy();
  });
});

describe('dialogs of hosts', () => {
  it('mute all sets whether participants may unmute themselves', () => {
    const { model, ui } = renderInView(<Dialogs />, state([host, person(2)]));
    act(() => ui.set({ dialog: { name: 'muteAll' } }));
    fireEvent.click(screen.getByRole('checkbox'));
    fireEvent.click(screen.getByRole('button', { name: 'Mute all' }));
    expect(model.actions.muteAll).toHaveBeenCalledExactlyOnceWith(true, false);
    expect(ui.get().dialog).toBeNull();
  });

  it('a wrong host key can be mended at once', async () => {
    const { model, ui } = renderInView(<Dialogs />, state([person(1), person(2)]));
    act(() => ui.set({ dialog: { name: 'claimHost' } }));
    vi.mocked(model.actions.claimHost).mockRejectedValueOnce(new CallError('INVALID_PARAMETERS', 'hostKey: not the host\'s key'));
    const claim = async (key: string) => {
      fireEvent.change(screen.getByRole('textbox'), { target: { value: key } });
      await act(async () => {
        fireEvent.click(screen.getByRole('button', { name: 'Claim host' }));
        await Promise.resolve();
      });
    };
    await claim('111111');
    expect(screen.getByRole('alert').textContent).toBe('That host key is incorrect.');
    await claim('222222');
    expect(vi.mocked(model.actions.claimHost).mock.calls).toEqual([['111111'], ['222222']]);
    expect(ui.get().dialog).toBeNull();
  });

  it('a host who leaves others hands over', () => {
    const { model, ui } = renderInView(<><Toolbar /><Dialogs /></>, state([host, person(2), person(3, { role: 'cohost' })]));
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Leave Meeting' }));
    expect(model.actions.leave).not.toHaveBeenCalled();
    const choice = screen.getByRole<HTMLSelectElement>('combobox');
    expect([...choice.options].map((option) => option.text)).toEqual(['Person 3', 'Person 2']);
    fireEvent.change(choice, { target: { value: '2' } });
    // Whoever was chosen goes; the next one is chosen, not nobody.
    act(() => model.set({ participants: [host, person(3, { role: 'cohost' })] }));
    fireEvent.click(screen.getByRole('button', { name: 'Assign and leave' }));
    expect(model.actions.leave).toHaveBeenCalledExactlyOnceWith(3);
    expect(ui.get().dialog).toBeNull();
  });

  it('a host who is alone just leaves', () => {
    const { model } = renderInView(<Toolbar />, state([host]));
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Leave Meeting' }));
    expect(model.actions.leave).toHaveBeenCalledExactlyOnceWith();
  });
});

describe('participants', () => {
  it('show whose app a bot is, and hosts lower all hands', () => {
    const bot = person(3, { guest: true, bot: { appName: 'Notes', authorizerKey: 'k2' } });
    const { model } = renderInView(<ParticipantsPanel />, state([host, person(2, { personKey: 'k2', handRaised: true }), bot, person(4, { bot: { appName: 'Scribe', authorizerKey: 'gone' } })]));
    expect(screen.getByText('Notes, for Person 2')).toBeTruthy();
    expect(screen.getByText('App: Scribe')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'More options for everyone' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Lower all hands' }));
    expect(model.actions.lowerAllHands).toHaveBeenCalled();
  });

  it('who requests to record gets a response from hosts only', () => {
    const { model } = renderInView(<Banners />, state([host, person(2)], { captureRequests: [9, 2] }));
    expect(screen.getByText('Person 2 wants to record')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Allow' }));
    expect(model.actions.permitCapture).toHaveBeenCalledExactlyOnceWith(2, true);
    cleanup();
    renderInView(<Banners />, state([person(1), person(2)], { captureRequests: [2] }));
    expect(screen.queryByText('Person 2 wants to record')).toBeNull();
  });
});

describe('stage', () => {
  const large = (container: HTMLElement) => [...container.querySelectorAll<HTMLElement>('.ar-speaker__main > .ar-tile')].map((tile) => Number(tile.dataset['userId']));

  it('goes from the gallery to who is in the spotlight, and back', () => {
    const people = [person(1), person(2), person(3), person(4, { role: 'host' })];
    const { container, model, ui } = renderInView(<Stage />, state(people));
    expect(container.querySelector('.ar-gallery')).not.toBeNull();
    act(() => model.set(session({ spotlights: [3] })));
    expect(large(container)).toEqual([3]);
    act(() => model.set(session({ spotlights: [3, 2] })));
    expect(large(container)).toEqual([3, 2]);
    // The strip is as wide as the page here: one tile fits, and the next is not seen.
    expect(model.actions.reportLayout).toHaveBeenLastCalledWith({ view: 'multiSpeaker', main: [3, 2], others: [1] });
    act(() => model.set({ pins: [4] }));
    expect(large(container)).toEqual([4]);
    act(() => model.set({ pins: [], ...session({ spotlights: [] }) }));
    expect(ui.get().layout).toBe('gallery');
  });

  it('leaves alone who chose the gallery meanwhile', () => {
    const { model, ui } = renderInView(<Stage />, state([person(1), person(2), person(3)], session({ spotlights: [3] })));
    expect(ui.get().layout).toBe('speaker');
    act(() => ui.set({ layout: 'gallery' }));
    act(() => model.set(session({ spotlights: [] })));
    expect(ui.get().layout).toBe('gallery');
  });

  it('shows that focus mode is on, and a host turns it off', () => {
    const people = [person(1), person(2, { role: 'host' })];
    renderInView(<Stage />, state(people, session({ focusMode: true })));
    expect(screen.getByText('Focus mode: you see only hosts')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Turn off' })).toBeNull();
    cleanup();
    const { model } = renderInView(<Stage />, state([host, person(2)], session({ focusMode: true })));
    fireEvent.click(screen.getByRole('button', { name: 'Turn off' }));
    expect(model.actions.setRules).toHaveBeenCalledExactlyOnceWith({ focusMode: false });
  });
});
