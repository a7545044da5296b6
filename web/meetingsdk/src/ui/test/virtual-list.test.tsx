import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { person, renderInView, state, stubSizes } from './fake';

const rowHeight = 52;
const viewHeight = 520;
const participants = Array.from({ length: 300 }, (_, i) => person(i + 1, { userName: `Person ${String(i + 1).padStart(3, '0')}`, role: i === 0 ? 'host' : 'attendee' }));

/** Lays the list out as a browser would, scrolled down by so many pixels. */
function scrolledTo(top: number): void {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
    if (!this.classList.contains('ar-rows')) return new DOMRect(0, 0, 300, viewHeight);
    const rows = Number(this.querySelector('li')?.getAttribute('aria-setsize') ?? 0);
    return new DOMRect(0, -top, 300, rows * rowHeight);
  });
}

const places = () => screen.getAllByRole('listitem').map((row) => Number(row.getAttribute('aria-posinset')));

beforeEach(() => {
  stubSizes(300, viewHeight);
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('three hundred people', () => {
  it('have only the visible rows on the page, each with its position among all', () => {
    scrolledTo(0);
    const { container } = renderInView(<ParticipantsPanel />, state(participants));
    expect(places()[0]).toBe(1);
    expect(places().length).toBeLessThanOrEqual(60);
    expect(places().length).toBeGreaterThanOrEqual(viewHeight / rowHeight);
    expect(screen.getAllByRole('listitem')[0]?.getAttribute('aria-setsize')).toBe('300');

    scrolledTo(150 * rowHeight);
    act(() => void container.querySelector('.ar-panel__scroll')?.dispatchEvent(new Event('scroll')));
    expect(places()).toContain(151);
    expect(places()).not.toContain(1);
    expect(places().length).toBeLessThanOrEqual(60);
  });

  it('are reached by the keyboard, and the focused one stays when it is scrolled away', () => {
    scrolledTo(0);
    const { container } = renderInView(<ParticipantsPanel />, state(participants));
    const first = screen.getByRole('button', { name: 'Options for Person 002' });
    act(() => first.focus());
    fireEvent.keyDown(first, { key: 'ArrowDown' });
    const second = screen.getByRole('button', { name: 'Options for Person 003' });
    expect(document.activeElement).toBe(second);
    scrolledTo(200 * rowHeight);
    act(() => void container.querySelector('.ar-panel__scroll')?.dispatchEvent(new Event('scroll')));
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second, { key: 'End' });
    expect(document.activeElement?.closest('li')?.getAttribute('aria-posinset')).toBe('300');
    fireEvent.keyDown(document.activeElement as Element, { key: 'Home' });
    expect(document.activeElement?.closest('li')?.getAttribute('aria-posinset')).toBe('1');
  });

  it('are found by name wherever they stand', async () => {
    scrolledTo(0);
    renderInView(<ParticipantsPanel />, state(participants));
    expect(screen.queryByText('Person 277')).toBeNull();
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: '277' } });
    await waitFor(() => expect(places()).toEqual([1]));
    expect(screen.getByText('Person 277')).toBeTruthy();
  });

  it('are listed in the waiting room with rows of the same kind', () => {
    scrolledTo(0);
    renderInView(<ParticipantsPanel />, state([person(1, { role: 'host' }), ...participants.slice(1).map((each) => ({ ...each, state: 'waiting' as const }))]));
    expect(places().length).toBeLessThanOrEqual(60);
    expect(screen.getAllByRole('button', { name: /^Admit Person/ }).length).toBeGreaterThanOrEqual(viewHeight / rowHeight);
  });
});
