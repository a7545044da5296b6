import { useCallback, useEffect, useState } from 'react';

/** What a device of the preview is doing. */
export type PreviewState = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'busy';

interface Outcome {
  stream: MediaStream | null;
  state: PreviewState;
}

/** A stream for trying out one device before joining, and how it went. */
export interface PreviewStream extends Outcome {
  retry: () => void;
}

function failureState(error: unknown): PreviewState {
  // Held by another app, or the system could not open it.
  if (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'AbortError')) return 'busy';
  return error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'OverconstrainedError') ? 'missing' : 'denied';
}

/**
 * Opens a microphone or a camera while `on`. The tracks are stopped when it is
 * switched off, when another device is chosen, on a new try and when the page goes
 * away. It retries by itself when the user allows the device in the browser, when
 * one is connected, and when the one in use ends.
 */
export function usePreviewStream(kind: 'audio' | 'video', on: boolean, deviceId: string): PreviewStream {
  const [opened, setOpened] = useState<(Outcome & { key: string }) | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const key = `${kind}/${deviceId}/${attempt}`;

  useEffect(() => {
    if (!on) return;
    let current = true;
    let stream: MediaStream | null = null;
    // Not exactly: one chosen in an earlier meeting may be unplugged today.
    const constraints: MediaTrackConstraints = deviceId ? { deviceId } : {};
    const finish = (result: Outcome) => {
      if (current) setOpened({ key, ...result });
    };
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) {
      // An insecure page has no devices at all.
      queueMicrotask(() => finish({ stream: null, state: 'denied' }));
    } else {
      devices.getUserMedia({ [kind]: kind === 'video' ? { ...constraints, width: { ideal: 1280 }, height: { ideal: 720 } } : constraints }).then(
        (got) => {
          stream = got;
          if (!current) return got.getTracks().forEach((track) => track.stop());
          // Fires when a device is unplugged or no longer allowed, not when this page stops the track.
          got.getTracks().forEach((track) => track.addEventListener('ended', retry));
          finish({ stream: got, state: 'on' });
        },
        (error: unknown) => finish({ stream: null, state: failureState(error) }),
      );
    }
    return () => {
      current = false;
      stream?.getTracks().forEach((track) => track.stop());
      setOpened(null);
    };
  }, [kind, on, deviceId, key, retry]);

  const state = !on ? 'off' : opened?.key === key ? opened.state : 'starting';
  const unavailable = state === 'denied' || state === 'missing' || state === 'busy';
  useEffect(() => (unavailable ? whenAvailable(kind === 'video' ? 'camera' : 'microphone', state, retry) : undefined), [unavailable, state, kind, retry]);

  return { stream: state === 'on' ? (opened?.stream ?? null) : null, state, retry };
}

/** Calls back when a device that could not be opened may be open to another try. */
function whenAvailable(name: 'camera' | 'microphone', state: PreviewState, available: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  if (state !== 'denied') (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener('devicechange', available, { signal });
  // In browsers without the Permissions API, only the button retries.
  (navigator.permissions as Permissions | undefined)?.query({ name }).then(
    (permission) => permission.addEventListener('change', () => permission.state !== 'denied' && available(), { signal }),
    () => undefined,
  );
  return () => stop.abort();
}
