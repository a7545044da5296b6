/** What can be done from the keyboard, each with Alt and a letter. */
export const SHORTCUTS = {
  microphone: 'A',
  camera: 'V',
  share: 'S',
  chat: 'H',
  participants: 'U',
  hand: 'Y',
} as const;

export type ShortcutName = keyof typeof SHORTCUTS;

const byCode = new Map((Object.keys(SHORTCUTS) as ShortcutName[]).map((name) => [`Key${SHORTCUTS[name]}`, name]));

/** Whether the target is a text input, where Alt may enter a character. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable]:not([contenteditable="false"])') !== null;
}

/** The shortcut that was pressed. Keys are identified by `code`, because Alt changes letters on some systems. */
export function shortcutOf(event: KeyboardEvent): ShortcutName | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat || event.defaultPrevented || event.getModifierState('AltGraph') || isTyping(event.target)) return null;
  return byCode.get(event.code) ?? null;
}
