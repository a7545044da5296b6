import type { Translator } from '../../core/model';

/** Several sentences as one text, with the full stops of the language; those without one get it. */
export function joinSentences(t: Translator['t'], texts: readonly string[]): string {
  return texts.filter(Boolean).reduce((first, second) => (first ? t('sentence.pair', { first: first.replace(/[.。]$/, ''), second }) : second), '');
}
