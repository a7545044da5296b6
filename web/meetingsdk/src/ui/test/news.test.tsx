import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessage, MeetingState } from '../../core/model';
import { Announcer } from '../dialogs/Announcer';
import { GeneralSettings } from '../dialogs/GeneralSettings';
import { newsBetween, sentences } from '../logic/news';
import { WaitingRoomPage } from '../pages/WaitingRoomPage';
import { InfoCard } from '../primitives/InfoCard';
import { AloneCard } from '../stage/AloneCard';
import { Stage } from '../stage/Stage';
import { fakeModel, options, person, renderInView, state, stubSizes } from './fake';

beforeEach(() => stubSizes(1200, 700));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  localStorage.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const chatMessage = (from: number, text: string, to: ChatMessage['receiver'] = null, sentAt = '2026-01-01T10:00:00Z'): ChatMessage => ({ id: `${from}${text}`, text, sentAt, sender: { userId: from, name: `Person ${from}` }, receiver: to });
const { t } = fakeModel(state([])).i18n;
const announced = (before: MeetingState, after: MeetingState) => sentences(newsBetween(before, after), t);
const me = person(1);
const host = person(1, { role: 'host' });

describe('what happened', () => {
  it.each<[string, MeetingState, MeetingState]>([
    ['Person 2 joined', state([me]), state([me, person(2)])],
    ['3 people joined', state([me]), state([me, person(2), person(3), person(4)])],
    ['Person 2 left', state([me, person(2)]), state([me])],
    ['Person 3 joined. Person 2 left', state([me, person(2)]), state([me, person(3)])],
    ['Person 2 raised a hand', state([me, person(2)]), state([me, person(2, { handRaised: true })])],
    ['Your hand is raised', state([me]), state([person(1, { handRaised: true })])],
    ['Your hand is lowered', state([person(1, { handRaised: true })]), state([me])],
    ['Person 2 is in the waiting room', state([host]), state([host, person(2, { state: 'waiting' })])],
    ['', state([me]), state([me, person(2, { state: 'waiting' })])],
    ['Person 2 joined', state([host, person(2, { state: 'waiting' })]), state([host, person(2)])],
    ['Person 2 is sharing the screen', state([me, person(2)]), state([me, person(2, { sharing: true })])],
    ['You are sharing your screen', state([me]), state([me], { share: 'on' })],
    ['Person 2 is recording', state([me, person(2)]), state([me, person(2, { capture: 'on' })])],
    ['You are muted', state([me], { microphone: 'on' }), state([me], { microphone: 'muted' })],
    ['You are unmuted', state([me], { microphone: 'muted' }), state([me], { microphone: 'on' })],
    ['Message from Person 2: hello', state([me]), state([me], { chat: [chatMessage(2, 'hello')] })],
    ['Private message from Person 2: psst', state([me]), state([me], { chat: [chatMessage(2, 'psst', { userId: 1, name: 'Person 1' })] })],
    ['', state([me]), state([me], { chat: [chatMessage(1, 'mine')] })],
    ['', state([me], { phase: 'joining' }), state([me, person(2)])],
  ])('%s', (texts, before, after) => expect(announced(before, after)).toBe(texts));
});

describe('the live region', () => {
  const region = () => document.querySelector('[aria-live="polite"]');
  it('is there empty, and gets many joins as one sentence', () => {
    vi.useFakeTimers();
    const { model } = renderInView(<Announcer />, state([me]));
    expect(region()?.textContent).toBe('');
    act(() => model.set({ participants: [me, person(2)] }));
    act(() => model.set({ participants: [me, person(2), person(3)] }));
    expect(region()?.textContent).toBe('');
    act(() => void vi.advanceTimersByTime(1000));
    expect(region()?.textContent).toBe('2 people joined');
  });

  it('lets several speakers share the area of the page, and is silent once switched off', () => {
    vi.useFakeTimers();
    document.body.innerHTML = '<div id="aria-notify-area" aria-live="polite"></div>';
    const { model, ui } = renderInView(<><Announcer /><GeneralSettings /></>, state([me]));
    act(() => model.set({ participants: [me, person(2)] }));
    act(() => void vi.advanceTimersByTime(1000));
    expect(region()?.textContent).toBe('Person 2 joined');
    fireEvent.click(screen.getByRole('checkbox', { name: /screen readers/ }));
    expect(localStorage.getItem('anteroom.announcements')).toBe('off');
    act(() => model.set({ participants: [me] }));
    act(() => void vi.advanceTimersByTime(1000));
    expect([region()?.textContent, ui.get().announcementsEnabled]).toEqual(['', false]);
  });
});

describe('the waiting room', () => {
  const group = { userId: 4, name: 'Waiting room' };
  it('shows messages of the hosts, sent before and after joining, as text', () => {
    const waiting = state([person(1, { state: 'waiting' })], { phase: 'waitingRoom', chat: [chatMessage(2, 'Five minutes'), chatMessage(2, '<b>Soon</b>', group)], unreadChat: 1 });
    const { model, container } = renderInView(<WaitingRoomPage />, waiting);
    const texts = () => [...container.querySelectorAll('.ar-message__text')].map((text) => text.textContent);
    expect(texts()).toEqual(['<b>Soon</b>']);
    act(() => model.set({ chat: [...waiting.chat, chatMessage(3, 'Now', group)] }));
    expect(texts()).toEqual(['<b>Soon</b>', 'Now']);
    expect(screen.getByRole('log').textContent).toContain('Person 3');
    expect(model.actions.markChatRead).toHaveBeenCalled();
  });

  it('shows that a host moved the participant there from the meeting', () => {
    const { ui } = renderInView(<WaitingRoomPage />, state([person(1, { state: 'waiting' })], { phase: 'waitingRoom' }));
    expect(screen.getByRole('heading').textContent).toBe('The host will let you in soon');
    act(() => ui.set({ movedToWaitingRoom: true }));
    expect(screen.getByRole('heading').textContent).toBe('The host moved you to the waiting room');
  });

  it('shows the texts of the app, if there are any', () => {
    renderInView(<WaitingRoomPage />, state([person(1)], { phase: 'waitingRoom', waitingRoomText: { title: 'Take a seat', description: 'The doctor is on her way.' } }));
    expect(screen.getByRole('heading').textContent).toBe('Take a seat');
    expect(screen.getByText('The doctor is on her way.')).not.toBeNull();
  });
});

describe('the invitation', () => {
  const withPasscode = (own: MeetingState, passcode?: string) => ({ ...own, session: own.session && { ...own.session, ...(passcode ? { passcode } : {}) } });
  const copied = async (first: MeetingState, change: Partial<typeof options>, writeText: (text: string) => Promise<void>) => {
    vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: { writeText } } }));
    const view = renderInView(<InfoCard />, first);
    act(() => view.ui.set({ options: { ...options, meetingInfo: ['topic', 'mn', 'pwd', 'invite'], ...change } }));
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Copy invitation' }));
      await Promise.resolve();
    });
    return view;
  };

  it.each([
    ['a host’s by ZAK, from the server', 'secret', {}, 'Topic\nMeeting number: 815 5512 3456\nPasscode: secret'],
    ['with a link', 'a b', { inviteUrlFormat: 'https://app.example/{0}?p={1}' }, 'Topic\nhttps://app.example/81555123456?p=a%20b\nMeeting number: 815 5512 3456\nPasscode: a b'],
    ['of somebody who typed the passcode', undefined, { passcode: 'typed' }, 'Topic\nMeeting number: 815 5512 3456\nPasscode: typed'],
    ['without a passcode', undefined, {}, 'Topic\nMeeting number: 815 5512 3456'],
  ])('%s', async (_who, passcode, change, text) => {
    const write = vi.fn(() => Promise.resolve());
    await copied(withPasscode(state([host]), passcode), change, write);
    expect(write).toHaveBeenCalledExactlyOnceWith(text);
    expect(screen.getByRole('button', { name: 'Copied' })).not.toBeNull();
  });

  it('that may not be copied is there, selected', async () => {
    await copied(withPasscode(state([host]), 'secret'), {}, () => Promise.reject(new Error('no')));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Invitation' });
    expect(document.activeElement).toBe(field);
    expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe('Topic\nMeeting number: 815 5512 3456\nPasscode: secret');
    expect(screen.getByRole('status').textContent).toContain('did not allow copying');
  });

  const card = () => screen.queryByRole('region', { name: 'You’re the only one here' });
  it('is on a card as long as one is alone', () => {
    const { model, ui } = renderInView(<Stage />, withPasscode(state([host]), 'secret'));
    act(() => ui.set({ options: { ...options, meetingInfo: ['mn', 'pwd', 'invite'], inviteUrlFormat: 'https://app.example/{0}' } }));
    expect(card()?.textContent).toContain('https://app.example/81555123456');
    expect(card()?.textContent).toContain('secret');
    act(() => model.set({ participants: [host, person(2)] }));
    expect(card()).toBeNull();
    act(() => model.set({ participants: [host] }));
    fireEvent.click(screen.getByRole('button', { name: 'Close notice' }));
    expect(card()).toBeNull();
  });

  it.each<[string, MeetingState, Partial<typeof options>]>([
    ['an app', state([person(1, { bot: { appName: 'Notes', authorizerKey: '' } })]), {}],
    ['a webinar’s audience', { ...state([me]), session: { ...state([me]).session, kind: 'webinar' } as MeetingState['session'] }, {}],
    ['an app without invitations', state([host]), { disableInvite: true }],
    ['an app that lists none', state([host]), { meetingInfo: ['mn'] }],
    ['whoever has a guest waiting', state([host, person(2, { state: 'waiting' })]), {}],
  ])('is not on a card for %s', (_userId, first, change) => {
    const { ui } = renderInView(<AloneCard />, first);
    act(() => ui.set({ options: { ...options, meetingInfo: ['mn', 'invite'], ...change } }));
    expect(card()).toBeNull();
  });
});
