import { sturdy } from '../../core/seat-memory';

const key = 'anteroom.announcements';

/** Whether screen readers are told what happens in the meeting; so unless this browser was told otherwise. */
export function chosenAnnouncements(): boolean {
  return sturdy(() => globalThis.localStorage).getItem(key) !== 'off';
}

export function keepAnnouncements(on: boolean): void {
  sturdy(() => globalThis.localStorage).setItem(key, on ? 'on' : 'off');
}
