import { frameAllows } from '../../core/browser';

/** The browsers whose way of allowing devices differs. */
export type Browser = 'chromium' | 'firefox' | 'safari' | 'ios';

/** Detects the browser, to show users where to allow devices. */
export function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  return /Safari\//.test(userAgent) && !/Chrom(e|ium)\//.test(userAgent) ? 'safari' : 'chromium';
}

/** The keys of a device's problem and of its fix; null if there is none. */
export function deviceProblem(kind: 'camera' | 'mic', state: string, userAgent: string): { what: string; fix: string } | null {
  if (state === 'denied' && !frameAllows(kind === 'mic' ? 'microphone' : kind)) return { what: `${kind}.deniedLabel`, fix: 'cure.framed' };
  if (state === 'denied') return { what: `${kind}.deniedLabel`, fix: `cure.${browserOf(userAgent)}` };
  if (state === 'missing') return { what: `${kind}.missingLabel`, fix: 'cure.missing' };
  if (state === 'busy') return { what: `${kind}.busyLabel`, fix: 'cure.busy' };
  return null;
}
