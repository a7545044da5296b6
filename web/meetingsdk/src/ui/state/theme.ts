import { sturdy } from '../../core/seat-memory';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const key = 'anteroom.theme';

/** What the person chose in this browser; `system` leaves it to the app's page and the system. */
export function chosenTheme(): Theme {
  const kept = sturdy(() => globalThis.localStorage).getItem(key);
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

/** Draws a view in the chosen theme. */
export function applyTheme(host: HTMLElement, theme: Theme): void {
  if (theme === 'system') delete host.dataset.theme;
  else host.dataset.theme = theme;
}

export function keepTheme(theme: Theme): void {
  sturdy(() => globalThis.localStorage).setItem(key, theme);
}
