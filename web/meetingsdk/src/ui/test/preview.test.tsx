import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { browserOf } from '../logic/device-trouble';
import { PreviewPage } from '../pages/PreviewPage';
import { person, renderInView, state } from './fake';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it.each([
  ['NotAllowedError', 'Camera blocked by the browser', 'Click or tap the icon beside the address'],
  ['NotFoundError', 'No camera', 'Connect one'],
  ['NotReadableError', 'Another app is using the camera', 'Close the other app'],
])('%s: the picture says what is wrong and what helps, and the switches look off', async (name, what, cure) => {
  const getUserMedia = vi.fn(() => Promise.reject(new DOMException('', name)));
  const mediaDevices = { getUserMedia, enumerateDevices: () => Promise.resolve([]), addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('navigator', Object.create(navigator, { mediaDevices: { value: mediaDevices }, userAgent: { value: 'Chrome/150 Safari/537' } }));
  const { container } = renderInView(<PreviewPage />, state([person(1)], { phase: 'previewing' }));
  await act(() => Promise.resolve());
  const trouble = container.querySelector('.ar-preview__trouble')?.textContent;
  expect(trouble).toContain(what);
  expect(trouble).toContain(cure);
  expect(screen.getByRole('button', { name: 'start my video' }).className).toContain('ar-round--off');
  expect(screen.getByRole('button', { name: 'unmute my microphone' }).className).toContain('ar-round--off');
  const asked = getUserMedia.mock.calls.length;
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await act(() => Promise.resolve());
  expect(getUserMedia.mock.calls.length).toBeGreaterThan(asked);
});

it.each([['Firefox/140.0', 'firefox'], ['Version/18 Safari/605', 'safari'], ['iPhone Version/18 Safari/605', 'ios'], ['Chrome/150 Safari/537', 'chromium']])('%s is %s', (agent, browser) => {
  expect(browserOf(agent)).toBe(browser);
});
