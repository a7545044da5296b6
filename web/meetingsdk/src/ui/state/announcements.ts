import { safeStorage } from '../../core/resume-store';

const key = 'anteroom.announcements';

/** Whether screen readers are told what happens in the meeting; so unless this browser was told otherwise. */
export function loadAnnouncementsEnabled(): boolean {
  return safeStorage(() => globalThis.localStorage).getItem(key) !== 'off';
}

export function saveAnnouncementsEnabled(on: boolean): void {
  safeStorage(() => globalThis.localStorage).setItem(key, on ? 'on' : 'off');
}
