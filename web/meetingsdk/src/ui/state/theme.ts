import { safeStorage } from '../../core/resume-store';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const key = 'anteroom.theme';

/** What the person chose in this browser; `system` leaves it to the app's page and the system. */
export function loadTheme(): Theme {
  const saved = safeStorage(() => globalThis.localStorage).getItem(key);
  return THEMES.find((theme) => theme === saved) ?? 'system';
}

/** Draws a view in the chosen theme. */
export function applyTheme(host: HTMLElement, theme: Theme): void {
  if (theme === 'system') delete host.dataset.theme;
  else host.dataset.theme = theme;
}

export function saveTheme(theme: Theme): void {
  safeStorage(() => globalThis.localStorage).setItem(key, theme);
}
