import { expect, type BrowserContext } from '@playwright/test';
import type { Person } from './person.ts';

/** How long something was away at most, in milliseconds. */
export interface Interruptions {
  /** Interruptions of the control channel, and the longest one. */
  breaks: number;
  control: number;
  /** The longest time without a new video frame, by the userId of the participant. */
  pictures: Record<number, number>;
}

/** The time between two messages of one page. */
const messageInterval = 1_000;

/** Measures breaks in all pages of a context that are opened from now on. */
export async function measureInterruptions(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const control = { open: 0, breaks: 0, since: 0, longest: 0 };
    const pictures = new Map<number, { frames: number; at: number; longest: number }>();
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        if (new URL(url).pathname !== '/realtime') return;
        let opened = false;
        this.addEventListener('open', () => {
          opened = true;
          control.open++;
          if (control.since > 0) control.longest = Math.max(control.longest, performance.now() - control.since);
          control.since = 0;
        });
        this.addEventListener('close', () => {
          if (!opened || --control.open > 0) return;
          control.breaks++;
          control.since = performance.now();
        });
      }
    };
    setInterval(() => {
      const now = performance.now();
      for (const tile of document.querySelectorAll<HTMLElement>('[data-user-id]')) {
        const video = tile.querySelector('video');
        const frames = video && video.videoWidth > 0 ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
        const id = Number(tile.dataset['userId']);
        const known = pictures.get(id);
        if (frames === 0 || known?.frames === frames) continue;
        pictures.set(id, { frames, at: now, longest: known ? Math.max(known.longest, now - known.at) : 0 });
      }
    }, 50);
    Object.assign(window, {
      breaks: () => ({
        breaks: control.breaks,
        control: Math.round(control.longest),
        pictures: Object.fromEntries([...pictures].map(([id, { at, longest }]) => [id, Math.round(Math.max(longest, performance.now() - at))])),
      }),
      moving: () => [...pictures].filter(([, { at }]) => performance.now() - at < 1_000).map(([id]) => id),
    });
  });
}

/** The longest breaks of a page so far. */
export async function interruptionsOf(person: Person): Promise<Interruptions> {
  return person.page.evaluate(() => (window as unknown as { breaks(): Interruptions }).breaks());
}

/** The participants whose video is moving on a page now. */
export async function movingVideos(person: Person): Promise<number[]> {
  return person.page.evaluate(() => (window as unknown as { moving(): number[] }).moving());
}

/** Sends numbered messages, each of which must be confirmed; the returned function stops that and returns them. */
export function sendMessages(person: Person, name: string): () => Promise<string[]> {
  let stopped = false;
  const sent: string[] = [];
  const done = (async () => {
    while (!stopped) {
      const text = `${name}, message ${sent.length + 1}`;
      expect(await person.sendChat(text), text).toHaveProperty(person.view === 'client' ? 'success' : 'resolved');
      sent.push(text);
      await person.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), messageInterval);
    }
  })();
  done.catch(() => undefined); // is thrown to whoever ends it
  return async () => {
    stopped = true;
    await done;
    return sent;
  };
}
