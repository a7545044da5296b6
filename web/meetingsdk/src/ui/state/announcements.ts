import { safeStorage } from '../../core/resume-store';

const key = 'anteroom.announcements';

/** Whether events of the meeting are announced to screen readers; on unless switched off in this browser. */
export function loadAnnouncementsEnabled(): boolean {
  return safeStorage(() => globalThis.localStorage).getItem(key) !== 'off';
}

export function saveAnnouncementsEnabled(on: boolean): void {
  safeStorage(() => globalThis.localStorage).setItem(key, on ? 'on' : 'off');
}
