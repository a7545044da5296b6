/** Up to two letters that stand for a name; works for scripts without spaces or upper case. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s_.@-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = (word: string | undefined) => Array.from(word?.replace(/[^\p{L}\p{N}]/gu, '') ?? '')[0] ?? '';
  if (words.length === 0) return '?';
  const last = words.length > 1 ? first(words[words.length - 1]) : '';
  return (first(words[0]) + last).toUpperCase();
}

/** How many avatar colours the style sheet has. */
export const AVATAR_COLOURS = 8;

/** The colour's number for a person; the same name has the same colour in every browser. */
export function avatarColour(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % AVATAR_COLOURS;
}
