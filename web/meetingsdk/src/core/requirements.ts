import type { BrowserFacts } from './browser';

/** A browser by name and version, as far as its user agent tells. */
export interface BrowserName {
  browserName: string;
  browserVersion: string;
}

const known: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/([\d.]+)/, 'Edge'],
  [/OPR\/([\d.]+)/, 'Opera'],
  [/(?:Firefox|FxiOS)\/([\d.]+)/, 'Firefox'],
  [/(?:Chrome|CriOS)\/([\d.]+)/, 'Chrome'],
  [/Version\/([\d.]+).*Safari\//, 'Safari'],
];

/** Reads a user agent. */
export function browserName(userAgent: string): BrowserName {
  for (const [pattern, name] of known) {
    const match = pattern.exec(userAgent);
    if (match) return { browserName: name, browserVersion: match[1] ?? '' };
  }
  return { browserName: 'unknown', browserVersion: '' };
}

/** What `checkSystemRequirements` of Client View answers. */
export function systemRequirements(facts: BrowserFacts, userAgent: string): object {
  const name = browserName(userAgent);
  return {
    ...name,
    browserInfo: {
      ...name,
      isChrome: name.browserName === 'Chrome',
      isFirefox: name.browserName === 'Firefox',
      isSafari: name.browserName === 'Safari',
      isEdge: name.browserName === 'Edge',
      isOpera: name.browserName === 'Opera',
    },
    features: features(facts).supported,
    audio: facts.webRTC && facts.secure,
    video: facts.webRTC && facts.secure && facts.camera,
    screen: facts.webRTC && facts.secure && facts.screen,
  };
}

/** What this browser can and cannot do in a meeting, by name. */
export function features(facts: BrowserFacts): { supported: string[]; missing: string[] } {
  const media = facts.webRTC && facts.secure;
  const all: [string, boolean][] = [
    ['audio', media],
    ['video', media && facts.camera],
    ['screenShare', media && facts.screen],
    ['chat', true],
    ['waitingRoom', true],
    ['virtualBackground', media && facts.camera && facts.background],
    ['breakoutRoom', false],
    ['cloudRecording', false],
    ['liveTranscription', false],
  ];
  return { supported: all.filter(([, on]) => on).map(([n]) => n), missing: all.filter(([, on]) => !on).map(([n]) => n) };
}
