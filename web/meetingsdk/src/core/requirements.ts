import type { BrowserCapabilities, FrameFeature } from './browser';
import { log } from './log';

/** A browser's name and version, according to its user agent. */
export interface BrowserName {
  browserName: string;
  browserVersion: string;
}

const browserPatterns: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/([\d.]+)/, 'Edge'],
  [/OPR\/([\d.]+)/, 'Opera'],
  [/(?:Firefox|FxiOS)\/([\d.]+)/, 'Firefox'],
  [/(?:Chrome|CriOS)\/([\d.]+)/, 'Chrome'],
  [/Version\/([\d.]+).*Safari\//, 'Safari'],
];

/** Reads a user agent. */
export function browserName(userAgent: string): BrowserName {
  for (const [pattern, name] of browserPatterns) {
    const match = pattern.exec(userAgent);
    if (match) return { browserName: name, browserVersion: match[1] ?? '' };
  }
  return { browserName: 'unknown', browserVersion: '' };
}

/** What `checkSystemRequirements` of Client View returns. */
export function systemRequirements(capabilities: BrowserCapabilities, userAgent: string): object {
  const name = browserName(userAgent);
  const info = {
    ...name,
    isChrome: name.browserName === 'Chrome',
    isFirefox: name.browserName === 'Firefox',
    isSafari: name.browserName === 'Safari',
    isEdge: name.browserName === 'Edge',
    isOpera: name.browserName === 'Opera',
  };
  // Apps print it as well as read its fields.
  Object.defineProperty(info, 'toString', { value: () => `${name.browserName} ${name.browserVersion}`.trim() });
  return { ...name, browserInfo: info, features: features(capabilities).supported, ...compatibility(capabilities), blockedByFrame: [...capabilities.blockedByFrame] };
}

/** Whether audio, video and screens are supported; warns once of features that the frame blocks. */
export function compatibility(capabilities: BrowserCapabilities): { audio: boolean; video: boolean; screen: boolean } {
  const { supported } = features(capabilities);
  if (capabilities.blockedByFrame.length > 0) {
    log.warnOnce(`this page is in a frame that may not use ${capabilities.blockedByFrame.join(', ')}: add allow="camera; microphone; display-capture" to the iframe, and to each frame around it`);
  }
  return { audio: supported.includes('audio'), video: supported.includes('video'), screen: supported.includes('screenShare') };
}

/** What this browser can and cannot do in a meeting, by name. */
export function features(capabilities: BrowserCapabilities): { supported: string[]; missing: string[] } {
  const media = capabilities.webRTC && capabilities.secure;
  const framed = (feature: FrameFeature): boolean => capabilities.blockedByFrame.includes(feature);
  const camera = media && capabilities.camera && !framed('camera');
  const all: [string, boolean][] = [
    ['audio', media && !framed('microphone')],
    ['video', camera],
    ['screenShare', media && capabilities.screen && !framed('display-capture')],
    ['chat', true],
    ['waitingRoom', true],
    ['virtualBackground', camera && capabilities.background],
    ['breakoutRoom', false],
    ['cloudRecording', false],
    ['liveTranscription', false],
  ];
  return { supported: all.filter(([, on]) => on).map(([n]) => n), missing: all.filter(([, on]) => !on).map(([n]) => n) };
}
