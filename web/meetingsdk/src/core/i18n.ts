import { log } from './log';
import type { Translator } from './model';
import { asRecord } from './wire';

/** A flat dictionary: key to sentence, with `{name}` places. */
export type Dictionary = Readonly<Record<string, string>>;

/** The SDK's own dictionaries, each loaded when its language is first asked for. */
export type LanguageSource = (language: string) => Promise<Dictionary | null>;

/** The languages of the contract. `jp-JP` and `ko-KO` are old names of `ja-JP` and `ko-KR`. */
export const languageCodes: readonly string[] = [
  'de-DE', 'es-ES', 'en-US', 'fr-FR', 'ja-JP', 'jp-JP', 'pt-PT', 'pl-PL', 'tr-TR', 'ru-RU',
  'zh-CN', 'zh-TW', 'ko-KR', 'ko-KO', 'vi-VN', 'it-IT', 'id-ID', 'nl-NL', 'sv-SE',
];

/** Texts of the core itself; the views have the others. */
export const coreTexts: Dictionary = {
  'notice.mutedByHost': 'The host muted you.',
  'notice.shareStopped': 'Your screen share ended because someone else started sharing or the host stopped it.',
  'leave.confirmQuestion': 'Leave the meeting?',
};

const legacyNames: Readonly<Record<string, string>> = { 'jp-JP': 'ja-JP', 'ko-KO': 'ko-KR' };
const fallback = 'en-US';
/** Languages written from right to left. */
const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

const canonicalName = (language: string): string => legacyNames[language] ?? language;
/** The contract's language code for a name: the name itself, or a code with the same primary language, as for `de` and `fr-CA`. */
const contractLanguageFor = (name: string): string | undefined =>
  languageCodes.includes(name) ? name : languageCodes.find((code) => code.split('-')[0] === name.split('-')[0]?.toLowerCase());

/** The dictionaries of one SDK object; apps may add their own under any name. */
export class Dictionaries implements Translator {
  private readonly entries = new Map<string, Dictionary>([[fallback, coreTexts]]);
  private readonly listeners = new Set<() => void>();
  private readonly loading = new Map<string, Promise<void>>();
  private readonly loaded = new Set<string>();
  private source: LanguageSource | null = null;
  private current = fallback;
  private changes = 0;

  get language(): string {
    return this.current;
  }

  /** The language of the texts that are shown: English as long as the current one has none. */
  get textLanguage(): string {
    return this.entries.has(this.current) ? this.current : fallback;
  }

  get direction(): 'ltr' | 'rtl' {
    return rightToLeft.has(this.current.split('-')[0] ?? '') ? 'rtl' : 'ltr';
  }

  /** The text of a key in the current language, else in English, else the key itself; a `count` chooses the plural form. */
  t = (key: string, values: Record<string, string | number> = {}): string => {
    const text = this.lookUp(this.current, key, values.count) ?? this.lookUp(fallback, key, values.count) ?? key;
    // One pass: what a value holds is never read as a place.
    return text.replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(values, name) ? stripDirectionMarks(String(values[name])) : place));
  };

  private lookUp(language: string, key: string, count: string | number | undefined): string | undefined {
    const entries = this.entries.get(language);
    if (!entries) return undefined;
    const forms = typeof count === 'number' ? [...(count === 0 ? [`${key}_zero`] : []), `${key}_${pluralForm(language, count)}`, key] : [key];
    const form = forms.find((name) => Object.hasOwn(entries, name));
    return form === undefined ? undefined : entries[form];
  }

  get version(): number {
    return this.changes;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sets where the SDK's own dictionaries are loaded from. */
  setSource(source: LanguageSource): void {
    this.source = source;
  }

  /** Switches the language; legacy names are mapped. Its texts follow as soon as they are loaded. */
  setLanguage(language: unknown): void {
    if (typeof language !== 'string' || language === '') return;
    const next = canonicalName(language);
    void this.ready(next);
    if (next === this.current) return;
    this.current = next;
    this.notify();
  }

  /** Sets the language without loading anything yet; its texts are loaded when a view is mounted. */
  setInitialLanguage(language: string | undefined): void {
    if (language) this.current = canonicalName(language);
  }

  /** Whether the texts of the current language are still loading. */
  get pending(): boolean {
    return this.loading.has(this.current) && !this.loaded.has(this.current);
  }

  /** Resolves once the SDK's own texts of a language are loaded; at once if it has none. Never rejects. */
  ready(language: string = this.current): Promise<void> {
    const name = canonicalName(language);
    if (name === fallback) return Promise.resolve();
    const contractLanguage = contractLanguageFor(name);
    if (!contractLanguage) this.warnMissing(name);
    if (!contractLanguage || !this.source) return Promise.resolve();
    let loading = this.loading.get(name);
    if (!loading) {
      loading = (contractLanguage === fallback ? Promise.resolve(null) : this.source(contractLanguage)).then(
        (entries) => {
          this.loaded.add(name);
          if (entries) this.addBase(name, entries);
          else this.warnMissing(name);
        },
        (error: unknown) => {
          // English is shown until a later call succeeds.
          this.loading.delete(name);
          log.error(`the texts for ${name} could not be loaded`, error);
        },
      );
      this.loading.set(name, loading);
    }
    return loading;
  }

  /** Warns once that English is shown in place of a language, unless the app added texts. */
  private warnMissing(name: string): void {
    if (!this.entries.has(name)) log.warnOnce(`there are no texts for the language ${JSON.stringify(name.slice(0, 40))}; the view shows English and any texts added by i18n.load or updateLanguageTranslation`);
  }

  /** Adds entries to a language; later ones win. Values that are not text are left out. */
  add(language: string, entries: unknown): void {
    const texts = Object.entries(asRecord(entries) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    this.put(canonicalName(language), { ...this.all(language), ...Object.fromEntries(texts) });
  }

  /** Adds the SDK's own entries beneath those of the app. */
  addBase(language: string, entries: Dictionary): void {
    this.put(language, { ...entries, ...this.all(language) });
  }

  /** Everything known of one language. */
  all(language: string): Dictionary {
    return { ...this.entries.get(canonicalName(language)) };
  }

  private put(language: string, entries: Dictionary): void {
    this.entries.set(language, entries);
    this.notify();
  }

  private notify(): void {
    this.changes++;
    for (const listener of [...this.listeners]) listener();
  }
}

/** Unicode marks that change the text direction: embeddings, overrides and isolates. */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g;

/** Removes the marks that would change the direction of the sentence around a value. */
const stripDirectionMarks = (value: string): string => value.replace(directionMarks, '');

const pluralRules = new Map<string, Intl.PluralRules>();

/** The form that a language has for a count; names that an app made up count as English does. */
function pluralForm(language: string, count: number): string {
  let known = pluralRules.get(language);
  if (!known) {
    try {
      known = new Intl.PluralRules(language);
    } catch {
      known = new Intl.PluralRules(fallback);
    }
    // Creating one takes far longer than using it, and counts are rendered often.
    pluralRules.set(language, known);
  }
  return known.select(count);
}
