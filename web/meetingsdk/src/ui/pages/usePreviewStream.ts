import { useEffect, useState } from 'react';

/** What a device of the preview is doing. */
export type PreviewState = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'busy';

/** A stream for trying out one device before joining, and how it went. */
export interface PreviewStream {
  stream: MediaStream | null;
  state: PreviewState;
}

function reasonOf(error: unknown): PreviewState {
  // Held by another app, or the system could not open it.
  if (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'AbortError')) return 'busy';
  return error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'OverconstrainedError') ? 'missing' : 'denied';
}

/**
 * Opens a microphone or a camera while `on`. The tracks are stopped when it is
 * switched off, when another device is chosen, when `attempt` changes and when the page goes away.
 */
export function usePreviewStream(kind: 'audio' | 'video', on: boolean, deviceId: string, attempt = 0): PreviewStream {
  const [opened, setOpened] = useState<{ key: string; stream: MediaStream | null; state: PreviewState } | null>(null);
  const key = `${kind}/${deviceId}/${attempt}`;

  useEffect(() => {
    if (!on) return;
    let current = true;
    let stream: MediaStream | null = null;
    // Not exactly: one chosen in an earlier meeting may be unplugged today.
    const wanted: MediaTrackConstraints = deviceId ? { deviceId } : {};
    const settle = (result: { stream: MediaStream | null; state: PreviewState }) => {
      if (current) setOpened({ key, ...result });
    };
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) {
      // An insecure page has no devices at all.
      queueMicrotask(() => settle({ stream: null, state: 'denied' }));
    } else {
      devices.getUserMedia({ [kind]: kind === 'video' ? { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } : wanted }).then(
        (got) => {
          stream = got;
          if (!current) got.getTracks().forEach((track) => track.stop());
          else settle({ stream: got, state: 'on' });
        },
        (error: unknown) => settle({ stream: null, state: reasonOf(error) }),
      );
    }
    return () => {
      current = false;
      stream?.getTracks().forEach((track) => track.stop());
      setOpened(null);
    };
  }, [kind, on, deviceId, key]);

  if (!on) return { stream: null, state: 'off' };
  return opened?.key === key ? opened : { stream: null, state: 'starting' };
}
