import { callSafely } from '../core/emitter';
import type { Dictionaries } from '../core/i18n';
import { languageCodes } from '../core/i18n';
import { log } from '../core/log';
import { isIgnoredVendorAddress } from '../core/server';

/** After this long a language counts as ready, loaded or not. */
const loadTimeout = 3_000;

/** The cookie with the language for the next page of the site, under the name that apps know. */
const cookie = '_zm_lang';

/** Sandboxed pages may not access cookies. */
function cookies(): string {
  try {
    return globalThis.document?.cookie ?? '';
  } catch {
    return '';
  }
}

/** The language of an earlier page, if it is one of the contract. */
function savedLanguage(): string | undefined {
  const saved = cookies().split('; ').find((entry) => entry.startsWith(`${cookie}=`));
  return languageCodes.find((code) => code === saved?.slice(cookie.length + 1));
}

function saveLanguage(language: string): void {
  if (!globalThis.document || !languageCodes.includes(language)) return;
  try {
    document.cookie = `${cookie}=${language}; path=/; SameSite=Lax`;
  } catch {
    // Sandboxed pages have no cookies.
  }
}

/** `ZoomMtg.i18n`. */
export function createI18n(dictionaries: Dictionaries): ClientI18n {
  dictionaries.setInitialLanguage(savedLanguage());
  let loading: Promise<unknown> = Promise.resolve();
  let supported = [...languageCodes];

  const setLanguage = (language: unknown): void => {
    dictionaries.setLanguage(language);
    saveLanguage(dictionaries.language);
  };

  const fetchDictionary = async (url: string, language: string): Promise<void> => {
    if (isIgnoredVendorAddress('i18n.load', url)) return;
    const response = await fetch(url, { credentials: 'omit' });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    dictionaries.add(language, await response.json());
  };

  const start = async (first: unknown, second: unknown): Promise<void> => {
    const language = typeof second === 'string' ? second : first;
    if (second !== undefined && typeof second === 'string') {
      try {
        if (typeof first === 'string') await fetchDictionary(first, second);
        else dictionaries.add(second, first);
      } catch (error) {
        log.error('a dictionary could not be loaded', error);
      }
    }
    setLanguage(language);
    await dictionaries.ready();
  };

  return {
    load(first, second) {
      loading = start(first, second);
      return loading;
    },
    onLoad(callback) {
      if (typeof callback !== 'function') return;
      let notified = false;
      const notify = (result: 'success' | 'timeout'): void => {
        if (notified) return;
        notified = true;
        clearTimeout(timer);
        callSafely(() => callback(result));
      };
      const timer = setTimeout(() => notify('timeout'), loadTimeout);
      void loading.then(() => notify('success'));
    },
    reload: setLanguage,
    getAll: (language) => dictionaries.all(typeof language === 'string' ? language : dictionaries.language),
    get: (key) => dictionaries.t(String(key)),
    getCurrentLang: () => dictionaries.language,
    getSupportLanguage: () => [...supported],
    setSupportLanguage(languages) {
      if (Array.isArray(languages)) supported = languages.filter((l): l is string => typeof l === 'string');
    },
  };
}

/** The functions of `ZoomMtg.i18n`; arguments come from pages and are checked. */
export interface ClientI18n {
  load(first: unknown, second?: unknown): Promise<unknown>;
  onLoad(callback: (result: 'success' | 'timeout') => void): void;
  reload(language: unknown): void;
  getAll(language?: unknown): Readonly<Record<string, string>>;
  get(key: unknown): string;
  getCurrentLang(): string;
  getSupportLanguage(): string[];
  setSupportLanguage(languages: unknown): void;
}
