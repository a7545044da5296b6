import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessage } from '../../core/model';
import { Notices } from '../dialogs/Notices';
import { Toasts } from '../dialogs/Toasts';
import { listOrder } from '../logic/order';
import { ChatPanel } from '../panels/ChatPanel';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { Toolbar } from '../toolbar/Toolbar';
import { person, renderInView, state, stubSizes } from './fake';

beforeEach(() => stubSizes(1200, 700));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const host = person(1, { role: 'host' });
const raised = (id: number, second: number) => person(id, { handRaised: true, handRaisedAt: new Date(Date.UTC(2026, 0, 1, 1, 0, second)).toISOString() });
const waits = (id: number) => person(id, { state: 'waiting' });
const button = (name: string) => screen.getByRole('button', { name });

describe('a raised hand', () => {
  it('is shown to a host with a button to lower it, until it is lowered', () => {
    const { container, model } = renderInView(<Toasts />, state([host, raised(2, 9)]));
    expect(container.textContent).toContain('Person 2 raised a hand');
    fireEvent.click(button('Lower Person 2’s hand'));
    expect(model.actions.raiseHand).toHaveBeenCalledExactlyOnceWith(false, 2);
    act(() => model.set({ participants: [host, person(2)] }));
    expect(container.textContent).not.toContain('raised a hand');
  });

  it('among several: the first is named, and all are lowered', () => {
    const { container, model } = renderInView(<Toasts />, state([host, raised(2, 9), raised(3, 4), raised(4, 7)]));
    expect(container.textContent).toContain('Person 3 and 2 others raised their hands');
    fireEvent.click(button('Lower all'));
    expect(model.actions.lowerAllHands).toHaveBeenCalledOnce();
  });

  it('once seen is shown again only if it is raised again', () => {
    const { container, model, ui } = renderInView(<Toasts />, state([host, raised(2, 9)]));
    fireEvent.click(button('Close notice'));
    expect(container.textContent).not.toContain('raised a hand');
    act(() => model.set({ participants: [host, raised(2, 20)] }));
    expect(container.textContent).toContain('Person 2 raised a hand');
    fireEvent.click(button('View'));
    expect(ui.get().panel).toBe('participants');
    expect(container.textContent).not.toContain('raised a hand');
  });

  it('is nobody’s business but a host’s, and one’s own is no news', () => {
    const attendee = renderInView(<><Toasts /><Toolbar /></>, state([person(1), raised(2, 9), waits(3)]));
    expect(attendee.container.textContent).not.toContain('raised a hand');
    expect(attendee.container.querySelector('.footer-participants-button__toggle-button .ar-tool__badge')).toBeNull();
    cleanup();
    const { container } = renderInView(<Toasts />, state([{ ...raised(1, 1), role: 'host' }]));
    expect(container.textContent).not.toContain('raised a hand');
  });

  it('stands in the list in the order in which it was raised, with its place', () => {
    const people = [host, raised(2, 9), raised(3, 4), person(4, { userName: 'A' }), raised(5, 7)];
    expect(listOrder(state(people)).map(({ userId }) => userId)).toEqual([1, 3, 5, 2, 4]);
    // As servers write times: without the zeros at the end.
    const at = (id: number, handRaisedAt: string) => person(id, { handRaised: true, handRaisedAt });
    expect(listOrder(state([host, at(2, '2026-01-01T00:00:05.2Z'), at(3, '2026-01-01T00:00:05Z'), at(4, '2026-01-01T00:00:05.15Z')])).map(({ userId }) => userId)).toEqual([1, 3, 4, 2]);
    renderInView(<ParticipantsPanel />, state(people));
    expect(screen.getAllByRole('img', { name: /^hand raised/ }).map((image) => image.getAttribute('aria-label'))).toEqual(['hand raised, number 1', 'hand raised, number 2', 'hand raised, number 3']);
  });
});

describe('somebody who waits', () => {
  it('is admitted from the notice', () => {
    const { model } = renderInView(<Toasts />, state([host, waits(2)]));
    fireEvent.click(button('Admit Person 2'));
    expect(model.actions.admit).toHaveBeenCalledExactlyOnceWith(2);
    act(() => model.set({ participants: [host, waits(2), waits(3)] }));
    fireEvent.click(button('Admit all'));
    expect(model.actions.admitAll).toHaveBeenCalledOnce();
  });

  it('is shown again when another one joins, but not because the list was closed', () => {
    const { container, model, ui } = renderInView(<Toasts />, state([host, waits(2)]));
    const panel = renderInView(<ParticipantsPanel />, state([host, waits(2)]));
    expect(panel.ui.get().seenRequests).toEqual(['w2']);
    act(() => ui.set({ seenRequests: panel.ui.get().seenRequests }));
    expect(container.textContent).not.toContain('waiting room');
    act(() => model.set({ participants: [host, waits(2), waits(3)] }));
    expect(container.textContent).toContain('Person 2 and 1 others are in the waiting room');
  });

  it('stands above everybody inside', () => {
    const { container } = renderInView(<ParticipantsPanel />, state([host, waits(2), person(3)]));
    const inside = container.querySelector('.participants-item__item-layout .ar-person__state')?.closest('.ar-person') as Element;
    expect(button('Admit Person 2').compareDocumentPosition(inside) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it('is counted on the button of the participants, with the raised hands', () => {
    const { container } = renderInView(<Toolbar />, state([host, waits(2), waits(3), raised(4, 1)]));
    expect(container.querySelector('.footer-participants-button__toggle-button .ar-tool__badge')?.getAttribute('data-count')).toBe('3');
    expect(button('Open the participants list, 2 here, 2 waiting, 1 raised hands')).not.toBeNull();
  });
});

describe('a private message', () => {
  const message = (from: number, to: number | null, id = `${from}-${to}`): ChatMessage => ({
    id, text: `from ${from}`, sentAt: '2026-01-01T10:00:00Z', sender: { userId: from, name: `Person ${from}` }, receiver: to === null ? null : { userId: to, name: `Person ${to}` },
  });
  const people = [person(1), person(2), person(3)];

  it('is shown as private; opening it replies privately, unless there is a draft', () => {
    const { ui, model } = renderInView(<Toasts />, state(people, { chat: [message(2, 1)], unreadChat: 1 }));
    fireEvent.click(button('Private message from Person 2from 2'));
    expect(ui.get()).toMatchObject({ panel: 'chat', chatTo: 2 });
    act(() => ui.set({ panel: null, chatTo: null, chatDraft: 'To all of you' }));
    act(() => model.set({ chat: [message(2, 1, 'second')] }));
    fireEvent.click(button('Private message from Person 2from 2'));
    expect(ui.get()).toMatchObject({ panel: 'chat', chatTo: null });
  });

  it('is not shown as private if it went to everyone, or to the hosts', () => {
    const { ui, model } = renderInView(<Toasts />, state(people, { chat: [message(2, null)], unreadChat: 1 }));
    fireEvent.click(button('Message from Person 2from 2'));
    expect(ui.get().chatTo).toBeNull();
    act(() => ui.set({ panel: null }));
    act(() => model.set({ chat: [{ ...message(3, null), receiver: { userId: 2, name: 'Hosts' } }] }));
    expect(button('Message to the hosts from Person 3from 3')).not.toBeNull();
  });

  it('is marked in the list and at the input, which stays addressed after sending', () => {
    const { container, model, ui } = renderInView(<ChatPanel />, state(people, { chat: [message(2, 1), message(1, 3), message(2, null)] }));
    expect([...container.querySelectorAll('.ar-message__direct')].map((mark) => mark.textContent)).toEqual(['Privately to you', 'Privately to Person 3']);
    fireEvent.click(button('Reply'));
    expect(ui.get().chatTo).toBe(2);
    const input = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Write privately to Person 2' });
    expect(container.querySelector('.ar-composer__private')?.textContent).toBe('Privately');
    fireEvent.change(input, { target: { value: 'psst' } });
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(model.actions.sendChat).toHaveBeenCalledExactlyOnceWith('psst', 2);
    act(() => model.set({ participants: [...people, person(9)], chat: [message(3, null, 'more')] }));
    expect(screen.getByRole<HTMLSelectElement>('combobox').value).toBe('2');
  });

  it('to a participant who left stays in the input, and shows why it cannot be sent', () => {
    const { model, ui, unmount } = renderInView(<ChatPanel />, state(people, { chat: [message(2, 1)] }));
    act(() => ui.set({ chatTo: 2 }));
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'psst' } });
    act(() => model.set({ participants: [person(1), person(3)] }));
    expect(screen.getByRole('status').textContent).toBe('Person 2 is no longer here. Your message is kept: choose who gets it.');
    expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('psst');
    expect(screen.getByRole<HTMLSelectElement>('combobox').selectedOptions[0]?.textContent).toBe('Person 2');
    act(() => model.set({ participants: people }));
    expect(screen.getByRole('status').textContent).toBe('');
    // The draft and its receiver outlive the panel.
    unmount();
    expect(ui.get()).toMatchObject({ chatDraft: 'psst', chatTo: 2 });
  });
});

it('notices change the style of what is around them only where they take room', () => {
  const { container } = renderInView(<Notices />, state([person(1)]));
  expect(container.style.length).toBe(0);
  cleanup();
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(48);
  const { container: strip } = renderInView(<Notices />, state([person(1)]));
  expect(strip.style.getPropertyValue('--ar-notices')).toBe('48px');
});
