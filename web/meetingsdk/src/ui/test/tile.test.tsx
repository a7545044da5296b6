import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ParticipantsPanel } from '../panels/ParticipantsPanel';
import { Tile } from '../tile/Tile';
import { person, renderInView, state, stubSizes } from './fake';

beforeEach(() => stubSizes(1200, 700));
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

it('a picture stays while the control connection is lost, with a badge, and the list marks the person', () => {
  const people = [person(1), person(2, { videoOn: true })];
  const { model, container } = renderInView(<><Tile userId={2} /><ParticipantsPanel /></>, state(people));
  const tile = () => container.querySelector('.ar-tile[data-user-id="2"]');
  const picture = tile()?.querySelector('video');
  expect(picture).toBeTruthy();
  expect(screen.queryByText('reconnecting')).toBeNull();
  act(() => model.set({ participants: [person(1), person(2, { videoOn: true, state: 'reconnecting', mediaLost: false })] }));
  expect(tile()?.querySelector('video')).toBe(picture);
  expect(tile()?.querySelector('.ar-tile__away')?.textContent).toBe('reconnecting');
  expect(tile()?.getAttribute('aria-label')).toContain('reconnecting');
  expect([...container.querySelectorAll('.ar-person__note')].at(-1)?.textContent).toContain('reconnecting');
});
