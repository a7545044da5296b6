import { describe, expect, it } from 'vitest';
import { coreTexts, Dictionaries, languageCodes, type Dictionary } from '../../core/i18n';
import { enUS } from '../i18n/en-US';
import { translations, loadDictionary } from '../i18n/languages';

const english: Dictionary = { ...coreTexts, ...enUS };
const suffix = /_(?:zero|one|two|few|many|other)$/;
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([place]) => place).sort();
const baseKeys = (texts: Dictionary): string[] => Object.keys(texts).filter((key) => !suffix.test(key)).sort();

/** The plural forms that counts up to a thousand need, beside `other`, which the key itself is. */
function neededForms(language: string): string[] {
  const rules = new Intl.PluralRules(language);
  return [...new Set(Array.from({ length: 1000 }, (_, count) => rules.select(count)))].filter((form) => form !== 'other');
}

const languages = [['en-US', async () => english] as const, ...Object.entries(translations)];

describe('the translations', () => {
  it.each(languages)('%s lacks no key and has none of its own', async (_language, load) => {
    const texts = baseKeys(await load());
    const missing = baseKeys(english).filter((key) => !texts.includes(key));
    const unknown = texts.filter((key) => !(key in english));
    expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
  });

  it.each(languages)('%s has a text for every key, with the placeholders of English', async (_language, load) => {
    const wrong = Object.entries(await load()).filter(([key, text]) => {
      const base = english[key.replace(suffix, '')] ?? '';
      return text.trim() === '' || places(text).join() !== places(base).join();
    });
    expect(wrong).toEqual([]);
  });

  it.each(languages)('%s has every plural form it needs where it has one, and where English has one', async (language, load) => {
    const texts = await load();
    const plural = new Set([...Object.keys(texts), ...Object.keys(english)].filter((key) => suffix.test(key)).map((key) => key.replace(suffix, '')));
    const missing = [...plural].flatMap((key) => neededForms(language).map((form) => `${key}_${form}`)).filter((key) => !(key in texts));
    expect(missing).toEqual([]);
  });

  // Users of voice control speak the visible text of a button.
  it.each(languages)('%s has what stands on a button in the name of that button', async (_language, load) => {
    const texts = await load();
    const pairs = [...Object.keys(english).filter((key) => key.endsWith('Label')).map((key) => [key.slice(0, -5), key]), ['participants.short', 'participants.open'], ['participants.short', 'participants.openWaiting'], ['chat.short', 'chat.open'], ['chat.short', 'chat.openUnread']];
    const wordsIn = (text: string): string => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ').trim()} `;
    // Without spaces between words, letters in a row are enough.
    const spaced = !/[\p{Script=Han}\p{Script=Hiragana}]/u.test(texts['leave.short'] ?? '');
    const wrong = pairs.filter(([short = '', label = '']) => {
      const text = wordsIn(texts[short] ?? '');
      return short in english && !wordsIn(texts[label] ?? '').includes(spaced ? text : text.trim());
    });
    expect(wrong).toEqual([]);
  });

  it.each(languageCodes.filter((code) => code !== 'en-US'))('has %s, of which nothing is left in English', async (code) => {
    const texts = new Dictionaries();
    texts.addBase('en-US', english);
    texts.setSource(loadDictionary);
    texts.setLanguage(code);
    await texts.ready();
    for (const key of ['leave.leave', 'preview.join', 'waitingRoom.text', 'refused.passcode.say', 'leave.confirmQuestion']) expect(texts.t(key), key).not.toBe(english[key]);
  });

  it('choose the form by the count', async () => {
    const texts = new Dictionaries();
    texts.addBase('en-US', enUS);
    texts.setSource(loadDictionary);
    texts.setLanguage('de-DE');
    await texts.ready();
    expect(texts.t('refusal.retryAfter', { seconds: 1, count: 1 })).toContain('1 Sekunde ');
    expect(texts.t('refusal.retryAfter', { seconds: 2, count: 2 })).toContain('2 Sekunden');
    texts.setLanguage('en-US');
    expect(texts.t('refusal.retryAfter', { seconds: 1, count: 1 })).toContain('1 second.');
    texts.setLanguage('ja-JP');
    await texts.ready();
    expect(texts.t('refusal.retryAfter', { seconds: 1, count: 1 })).toContain('1 秒');
  });

  it('of a language that nobody has translated are none', async () => {
    expect(await loadDictionary('xx-XX')).toBeNull();
    expect(await loadDictionary('constructor')).toBeNull();
  });
});
