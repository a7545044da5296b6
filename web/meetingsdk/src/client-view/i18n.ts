import { callSafely } from '../core/emitter';
import type { Dictionaries } from '../core/i18n';
import { languageCodes } from '../core/i18n';
import { log } from '../core/log';
import { ignoredVendorAddress } from '../core/server';

/** After this long a language counts as ready, loaded or not. */
const loadTimeout = 3_000;

/** The language that the page's cookie names; apps set it before anything of the SDK runs. */
function cookieLanguage(): string {
  try {
    return /(?:^|; )_zm_lang=([\w-]+)/.exec(globalThis.document?.cookie ?? '')?.[1] ?? '';
  } catch {
    // A sandboxed page may not ask for cookies.
    return '';
  }
}

/** `ZoomMtg.i18n`. */
export function createI18n(dictionaries: Dictionaries): ClientI18n {
  let loading: Promise<unknown> = Promise.resolve();
  let supported = [...languageCodes];
  dictionaries.use(cookieLanguage());

  const fetched = async (url: string, language: string): Promise<void> => {
    if (ignoredVendorAddress('i18n.load', url)) return;
    const response = await fetch(url, { credentials: 'omit' });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    dictionaries.add(language, await response.json());
  };

  const start = async (first: unknown, second: unknown): Promise<void> => {
    const language = typeof second === 'string' ? second : first;
    if (second !== undefined && typeof second === 'string') {
      try {
        if (typeof first === 'string') await fetched(first, second);
        else dictionaries.add(second, first);
      } catch (error) {
        log.error('a dictionary could not be loaded', error);
      }
    }
    dictionaries.use(language);
    await dictionaries.ready();
  };

  return {
    load(first, second) {
      loading = start(first, second);
      return loading;
    },
    onLoad(callback) {
      if (typeof callback !== 'function') return;
      let told = false;
      const tell = (result: 'success' | 'timeout'): void => {
        if (told) return;
        told = true;
        clearTimeout(timer);
        callSafely(() => callback(result));
      };
      const timer = setTimeout(() => tell('timeout'), loadTimeout);
      void loading.then(() => tell('success'));
    },
    reload: (language) => dictionaries.use(language),
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
