import type { Translator } from './model';
import { fieldsOf } from './wire';

/** A flat dictionary: key to sentence, with `{name}` places. */
export type Dictionary = Readonly<Record<string, string>>;

/** The languages of the contract. `jp-JP` and `ko-KO` are old names of `ja-JP` and `ko-KR`. */
export const languageCodes: readonly string[] = [
  'de-DE', 'es-ES', 'en-US', 'fr-FR', 'ja-JP', 'jp-JP', 'pt-PT', 'pl-PL', 'tr-TR', 'ru-RU',
  'zh-CN', 'zh-TW', 'ko-KR', 'ko-KO', 'vi-VN', 'it-IT', 'id-ID', 'nl-NL', 'sv-SE',
];

/** Words that the core itself uses; the views bring the rest along. */
export const coreWords: Dictionary = {
  'notice.mutedByHost': 'The host muted you.',
  'notice.shareStopped': 'Somebody else shares now, or the host stopped your share.',
  'leave.confirmQuestion': 'Leave the meeting?',
};

const oldNames: Readonly<Record<string, string>> = { 'jp-JP': 'ja-JP', 'ko-KO': 'ko-KR' };
const fallback = 'en-US';
/** Languages written from right to left. */
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);

/** The dictionaries of one SDK object; apps may add their own under any name. */
export class Dictionaries implements Translator {
  private readonly loaded = new Map<string, Record<string, string>>([[fallback, { ...coreWords }]]);
  private readonly listeners = new Set<() => void>();
  private current = fallback;

  get language(): string {
    return this.current;
  }

  get direction(): 'ltr' | 'rtl' {
    return rightToLeft.has(this.current.split('-')[0] ?? '') ? 'rtl' : 'ltr';
  }

  t = (key: string, values?: Record<string, string | number>): string => {
    const sentence = this.loaded.get(this.current)?.[key] ?? this.loaded.get(fallback)?.[key] ?? key;
    return values ? sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place)) : sentence;
  };

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Switches the language; an old or odd name is taken for what it means. */
  use(language: unknown): void {
    if (typeof language !== 'string' || language === '') return;
    const next = oldNames[language] ?? language;
    if (next === this.current) return;
    this.current = next;
    this.changed();
  }

  /** Adds entries to a language; later ones win. Values that are not text are left out. */
  add(language: string, entries: unknown): void {
    const name = oldNames[language] ?? language;
    const known = this.loaded.get(name) ?? {};
    for (const [key, value] of Object.entries(fieldsOf(entries) ?? {})) {
      if (typeof value === 'string') known[key] = value;
    }
    this.loaded.set(name, known);
    this.changed();
  }

  /** Adds the SDK's own entries beneath those of the app. */
  addBase(language: string, entries: Readonly<Record<string, string>>): void {
    this.loaded.set(language, { ...entries, ...this.loaded.get(language) });
    this.changed();
  }

  /** Everything known of one language. */
  all(language: string): Dictionary {
    return { ...this.loaded.get(oldNames[language] ?? language) };
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
