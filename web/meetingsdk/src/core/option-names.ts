import { log } from './log';

/** Warns of unknown options and suggests similar names. Never throws. */
export function warnUnknownOptions(call: string, args: object, known: readonly string[]): void {
  for (const name of Object.keys(args)) {
    if (known.includes(name)) continue;
    const suggestion = nearest(name, known);
    log.warnOnce(`${call} has no option ${JSON.stringify(name.slice(0, 64))}${suggestion ? `; did you mean ${JSON.stringify(suggestion)}?` : ''}`);
  }
}

/** The most similar name, if it is similar enough. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (name.length > 64) return null;
  const lowerName = name.toLowerCase();
  let best: string | null = null;
  let minDistance = Math.min(3, Math.ceil(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(lowerName, candidate.toLowerCase());
    if (distance < minDistance) [best, minDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
