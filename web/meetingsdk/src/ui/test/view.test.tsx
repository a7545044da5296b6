import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MountedView } from '../../core/model';
import { defaultRules } from '../../core/state';
import { Dialogs } from '../dialogs/Dialogs';
import { mountClientView, mountComponentView } from '../index';
import { ChatPanel } from '../panels/ChatPanel';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { trapFocus } from '../primitives/focus';
import { GalleryStage } from '../stage/GalleryStage';
import { Toolbar } from '../toolbar/Toolbar';
import { fakeModel, options, person, renderInView, state, stubSizes } from './fake';

beforeEach(() => stubSizes(1200, 700));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe('trapFocus', () => {
  it('cycles, closes on Escape and gives the focus back', () => {
    document.body.innerHTML = '<button id="before">b</button><div id="box"><button id="first">1</button><button disabled>x</button><a href="#" id="last">2</a></div>';
    const get = (id: string) => document.getElementById(id) as HTMLElement;
    get('before').focus();
    const escaped = vi.fn();
    const release = trapFocus(get('box'), escaped);
    expect(document.activeElement?.id).toBe('first');
    fireEvent.keyDown(get('first'), { key: 'Tab', shiftKey: true });
    expect(document.activeElement?.id).toBe('last');
    fireEvent.keyDown(get('last'), { key: 'Tab' });
    expect(document.activeElement?.id).toBe('first');
    fireEvent.keyDown(get('first'), { key: 'Escape' });
    expect(escaped).toHaveBeenCalledOnce();
    release();
    expect(document.activeElement?.id).toBe('before');
  });
});

describe('a practice session', () => {
  const webinar = { sessionId: 's', meetingNumber: '81555123456', topic: 'Topic', hostUserId: 1, kind: 'webinar' as const, locked: false, startedAt: '', participants: 1, ...defaultRules, spotlights: [] };
  it('is ended by the host, from the menu', () => {
    const { model } = renderInView(<Toolbar />, state([person(1, { role: 'host' })], { session: { ...webinar, practice: true } }));
    fireEvent.click(screen.getByRole('button', { name: 'Host tools' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Start webinar for attendees' }));
    expect(model.actions.startWebinar).toHaveBeenCalledOnce();
  });
  it('is no matter of attendees, nor of webinars that have begun', () => {
    for (const [role, practice] of [['attendee', true], ['host', false]] as const) {
      renderInView(<Toolbar />, state([person(1, { role })], { session: { ...webinar, practice } }));
      fireEvent.click(screen.getByRole('button', { name: role === 'host' ? 'Host tools' : 'More meeting control' }));
      expect(screen.queryByRole('menuitem', { name: 'Start webinar for attendees' })).toBeNull();
      cleanup();
    }
  });
});

describe('chat', () => {
  const message = (text: string) => ({ id: text, text, sentAt: '2026-01-01T10:00:00Z', sender: { userId: 2, name: 'Two' }, receiver: null });
  it('shows markup as text and addresses as safe links', () => {
    const { container } = renderInView(<ChatPanel />, state([person(1), person(2)], { chat: [message('<img src=x onerror=alert(1)> https://example.com/a')] }));
    expect(container.querySelector('img')).toBeNull();
    expect(screen.getByRole('log').textContent).toContain('<img src=x onerror=alert(1)>');
    const link = screen.getByRole('link');
    expect(link.getAttribute('href')).toBe('https://example.com/a');
    expect(link.getAttribute('rel')).toContain('noopener');
  });

  it('sends on Enter, not on Shift+Enter, and marks what was read', () => {
    const { model } = renderInView(<ChatPanel />, state([person(1), person(2)], { unreadChat: 2 }));
    expect(model.actions.markChatRead).toHaveBeenCalled();
    const input = screen.getByRole('textbox');
    fireEvent.change(input, { target: { value: '  hello ' } });
    fireEvent.keyDown(input, { key: 'Enter', shiftKey: true });
    expect(model.actions.sendChat).not.toHaveBeenCalled();
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(model.actions.sendChat).toHaveBeenCalledExactlyOnceWith('hello', 'everyone');
  });

  it('never sends to everyone what was meant for one who left', () => {
    const { model, ui } = renderInView(<ChatPanel />, state([person(1), person(2), person(3)]));
    act(() => ui.set({ chatTo: 2 }));
    act(() => model.set({ participants: [person(1), person(3)] }));
    const input = screen.getByRole('textbox');
    fireEvent.change(input, { target: { value: 'secret' } });
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(model.actions.sendChat).not.toHaveBeenCalled();
    fireEvent.change(screen.getByRole('combobox'), { target: { value: 'everyone' } });
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(model.actions.sendChat).toHaveBeenCalledExactlyOnceWith('secret', 'everyone');
  });

  it('restores the draft if the message was refused', async () => {
    const { model } = renderInView(<ChatPanel />, state([person(1), person(2)]));
    vi.mocked(model.actions.sendChat).mockRejectedValueOnce(new Error('no'));
    const input = screen.getByRole<HTMLTextAreaElement>('textbox');
    fireEvent.change(input, { target: { value: 'again' } });
    await act(async () => {
      fireEvent.keyDown(input, { key: 'Enter' });
      await Promise.resolve();
    });
    expect(input.value).toBe('again');
  });
});

describe('gallery', () => {
  it('subscribes only to videos on the page, and unsubscribes them', () => {
    stubSizes(390, 700);
    const people = Array.from({ length: 20 }, (_, i) => person(i + 1, { videoOn: true }));
    const { model, unmount } = renderInView(<GalleryStage />, state(people));
    const attach = vi.mocked(model.actions.attachVideo);
    expect(attach.mock.calls.map((call) => call[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const detached: number[] = [];
    attach.mockImplementation((id) => () => void detached.push(id));
    fireEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(attach.mock.calls.slice(9).map((call) => call[0])).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18]);
    unmount();
    expect(detached).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18]);
  });

  it('shows the page number in left-to-right order, also in right-to-left languages', () => {
    stubSizes(390, 700);
    const { container } = renderInView(<div dir="rtl"><GalleryStage /></div>, state(Array.from({ length: 20 }, (_, i) => person(i + 1))));
    const place = container.querySelector('.ar-pager__place');
    expect([place?.textContent, place?.closest('[dir]')?.getAttribute('dir')]).toEqual(['1 / 3', 'ltr']);
  });

  it('keeps the elements of those who stay when one leaves', () => {
    const people = [person(1), person(2, { videoOn: true }), person(3, { videoOn: true })];
    const { model, container } = renderInView(<GalleryStage />, state(people));
    const third = container.querySelector('[data-user-id="3"] video');
    act(() => model.set({ participants: people.filter((each) => each.userId !== 2) }));
    expect(container.querySelector('[data-user-id="3"] video')).toBe(third);
    expect(model.actions.attachVideo).toHaveBeenCalledTimes(2);
  });
});

describe('toolbar', () => {
  it('has the names that apps look for', () => {
    const { container } = renderInView(<Toolbar />, state([person(1, { role: 'host' })], { microphone: 'on' }));
    for (const name of ['mute my microphone', 'start my video', 'Share Screen', 'More meeting control ']) {
      expect(container.querySelector(`button[aria-label="${name}"]`), name).not.toBeNull();
    }
    for (const selector of ['#wc-footer', '.send-video-container__btn', '.footer__leave-btn.leave-btn', 'button[title=Leave]', '.footer-participants-button__toggle-button', '.zoom-MuiToolbar-root']) {
      expect(container.querySelector(selector), selector).not.toBeNull();
    }
  });

  it('joins audio, and lets only the host end for all', () => {
    const { container, model } = renderInView(<Toolbar />, state([person(1)], { microphone: 'off' }));
    fireEvent.click(container.querySelector('.join-audio-by-voip__join-btn') as HTMLElement);
    expect(model.actions.setMicrophone).toHaveBeenCalledWith(true);
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(screen.getAllByRole('menuitem').map((item) => item.textContent)).toEqual(['Leave Meeting']);
    cleanup();
    renderInView(<Toolbar />, state([person(1, { role: 'host' })]));
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(screen.getAllByRole('menuitem').map((item) => item.textContent)).toEqual(['End Meeting for All', 'Leave Meeting']);
  });

  it('moves through a menu with the arrow keys and closes it with Escape', () => {
    renderInView(<Toolbar />, state([person(1, { role: 'host' })]));
    const button = screen.getByRole('button', { name: 'Leave' });
    fireEvent.click(button);
    const [end, leave] = screen.getAllByRole('menuitem');
    expect(document.activeElement).toBe(end);
    fireEvent.keyDown(end as HTMLElement, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(leave);
    fireEvent.keyDown(leave as HTMLElement, { key: 'Escape' });
    expect(screen.queryByRole('menu')).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  it('gives a webinar audience nothing to publish with', () => {
    const first = state([person(1)]);
    const { container } = renderInView(<Toolbar />, { ...first, session: first.session && { ...first.session, kind: 'webinar' } });
    expect(container.querySelector('.send-video-container__btn')).toBeNull();
    expect(container.querySelector('button[aria-label="Share Screen"]')).toBeNull();
  });
});

describe('participants and dialogs', () => {
  it('admits from the waiting room and asks before removing', () => {
    const first = state([person(1, { role: 'host' }), person(2), person(3, { state: 'waiting', userName: 'Kim' })]);
    const { model } = renderInView(<><ParticipantsPanel /><Dialogs /></>, first);
    fireEvent.click(screen.getByRole('button', { name: 'Admit Kim' }));
    expect(model.actions.admit).toHaveBeenCalledWith(3);
    fireEvent.click(screen.getByRole('button', { name: 'Options for Person 2' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Remove…' }));
    expect(model.actions.remove).not.toHaveBeenCalled();
    expect(document.activeElement?.textContent).toBe('Cancel');
    fireEvent.click(screen.getByRole('button', { name: 'Remove' }));
    expect(model.actions.remove).toHaveBeenCalledWith(2);
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  it('shows attendees no waiting room', () => {
    renderInView(<ParticipantsPanel />, state([person(1), person(3, { state: 'waiting', userName: 'Kim' })]));
    expect(screen.queryByText('Kim')).toBeNull();
  });
});

describe('mounting', () => {
  it('draws a view beside what the page has, updates it and takes everything out', () => {
    const root = document.body.appendChild(document.createElement('div'));
    root.innerHTML = '<p>of the page</p>';
    const model = fakeModel(state([person(1)]));
    let mounted: MountedView | undefined;
    act(() => {
      mounted = mountClientView(root, model, options);
    });
    expect(root.querySelector('#meeting-app .meeting-info-container__wrapper')).not.toBeNull();
    act(() => mounted?.update({ showMeetingHeader: false }));
    expect(root.querySelector('.meeting-info-container__wrapper')).toBeNull();
    act(() => model.set({ phase: 'waitingRoom' }));
    expect(root.textContent).toContain('The host moved you to the waiting room');
    act(() => mounted?.unmount());
    act(() => mounted?.unmount());
    expect(root.innerHTML).toBe('<p>of the page</p>');
    expect(document.querySelector('style')).toBeNull();
  });

  it('names the widget as apps expect and switches its layouts', () => {
    const root = document.body.appendChild(document.createElement('div'));
    act(() => {
      mountComponentView(root, fakeModel(state([person(1), person(2)])), { ...options, view: 'component' });
    });
    expect(root.querySelector('[role=region][aria-label="Zoom Web SDK Widget"] [aria-label="Zoom app container"]')).not.toBeNull();
    expect(root.querySelector('[id^=suspension-view-tabpanel-gallery]')).not.toBeNull();
    fireEvent.click(root.querySelector('button[title="Minimize"]') as HTMLElement);
    expect(root.querySelector('.ar-minimized')).not.toBeNull();
    fireEvent.click(root.querySelector('button[title="Restore"]') as HTMLElement);
    expect(root.querySelector('button[title="Gallery View"]')).not.toBeNull();
  });

  it('comes back from being minimised to the layout it had', () => {
    const root = document.body.appendChild(document.createElement('div'));
    act(() => {
      mountComponentView(root, fakeModel(state([person(1), person(2)])), { ...options, view: 'component', defaultView: 'gallery' });
    });
    fireEvent.click(root.querySelector('button[title="Minimize"]') as HTMLElement);
    fireEvent.click(root.querySelector('button[title="Restore"]') as HTMLElement);
    expect(root.querySelector('.ar-gallery')).not.toBeNull();
  });

  it('shows the layout the app sets, again and again, and a shared screen in each', () => {
    const root = document.body.appendChild(document.createElement('div'));
    const model = fakeModel(state([person(1), person(2), person(3)]));
    let mounted: ReturnType<typeof mountComponentView> | undefined;
    act(() => {
      mounted = mountComponentView(root, model, { ...options, view: 'component', defaultView: 'speaker' });
    });
    const places = { speaker: '.ar-speaker', gallery: '.ar-gallery', ribbon: '.ar-ribbon', active: '.ar-speaker', minimized: '.ar-minimized' } as const;
    const layouts = ['gallery', 'speaker', 'gallery', 'ribbon', 'active', 'minimized', 'gallery'] as const;
    for (const layout of layouts) {
      act(() => mounted?.setLayout?.(layout));
      expect(root.querySelector(places[layout]), layout).not.toBeNull();
      expect(root.querySelector('video[aria-label="Screen share"]')).toBeNull();
    }
    act(() => model.set({ participants: [person(1), person(2, { sharing: true }), person(3)] }));
    for (const layout of layouts) {
      act(() => mounted?.setLayout?.(layout));
      expect(root.querySelector('video[aria-label="Screen share"]'), `the share in ${layout}`).not.toBeNull();
    }
    act(() => model.set({ participants: [person(1, { sharing: true }), person(2), person(3)], share: 'on' }));
    for (const layout of layouts) {
      act(() => mounted?.setLayout?.(layout));
      expect(root.querySelectorAll('.ar-share__own'), `one's own share in ${layout}`).toHaveLength(1);
    }
    act(() => mounted?.unmount());
  });

  it('takes the layout of another init before the next meeting, and leaves alone what somebody chose in one', () => {
    const root = document.body.appendChild(document.createElement('div'));
    const model = fakeModel(state([person(1), person(2)], { phase: 'ended' }));
    let mounted: ReturnType<typeof mountClientView> | undefined;
    act(() => {
      mounted = mountClientView(root, model, { ...options, defaultView: 'speaker' });
    });
    act(() => mounted?.update({ defaultView: 'gallery' }));
    act(() => model.set({ phase: 'inMeeting' }));
    expect(root.querySelector('.ar-gallery')).not.toBeNull();
    act(() => mounted?.update({ defaultView: 'speaker' }));
    expect(root.querySelector('.ar-gallery')).not.toBeNull();
    act(() => mounted?.unmount());
  });

  it('switches layouts in a narrow widget, and without a header', () => {
    stubSizes(240, 400);
    const root = document.body.appendChild(document.createElement('div'));
    let mounted: ReturnType<typeof mountClientView> | undefined;
    act(() => {
      mounted = mountComponentView(root, fakeModel(state([person(1), person(2)])), { ...options, view: 'component', defaultView: 'ribbon' });
    });
    const click = (name: string, role = 'button') => fireEvent.click(screen.getByRole(role, { name }));
    click('View');
    click('Speaker View', 'menuitemradio');
    expect(root.querySelector('.ar-ribbon')).toBeNull();
    act(() => mounted?.unmount());
    stubSizes(1200, 700);
    act(() => {
      mounted = mountClientView(root, fakeModel(state([person(1), person(2)])), { ...options, defaultView: 'speaker', showMeetingHeader: false });
    });
    fireEvent.click(root.querySelector('[aria-label="More meeting control "]') as HTMLElement);
    click('Gallery View', 'menuitemradio');
    expect(root.querySelector('.ar-gallery')).not.toBeNull();
    act(() => mounted?.unmount());
  });
});
