import type { Dictionary } from '../../core/i18n';

/** Where each translation is; a page loads only the one that it shows. */
export const translations: Readonly<Record<string, () => Promise<Dictionary>>> = {
  'de-DE': async () => (await import('./de-DE')).deDE,
  'es-ES': async () => (await import('./es-ES')).esES,
  'fr-FR': async () => (await import('./fr-FR')).frFR,
  'id-ID': async () => (await import('./id-ID')).idID,
  'it-IT': async () => (await import('./it-IT')).itIT,
  'ja-JP': async () => (await import('./ja-JP')).jaJP,
  'ko-KR': async () => (await import('./ko-KR')).koKR,
  'nl-NL': async () => (await import('./nl-NL')).nlNL,
  'pl-PL': async () => (await import('./pl-PL')).plPL,
  'pt-PT': async () => (await import('./pt-PT')).ptPT,
  'ru-RU': async () => (await import('./ru-RU')).ruRU,
  'sv-SE': async () => (await import('./sv-SE')).svSE,
  'tr-TR': async () => (await import('./tr-TR')).trTR,
  'vi-VN': async () => (await import('./vi-VN')).viVN,
  'zh-CN': async () => (await import('./zh-CN')).zhCN,
  'zh-TW': async () => (await import('./zh-TW')).zhTW,
};

/** The SDK's own texts of a language; null if there are none. */
export async function loadDictionary(language: string): Promise<Dictionary | null> {
  return Object.hasOwn(translations, language) ? ((await translations[language]?.()) ?? null) : null;
}
