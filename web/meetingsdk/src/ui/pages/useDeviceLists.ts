import { useEffect, useState } from 'react';
import type { DeviceChoice } from '../../core/model';

/** The microphones and cameras of this machine; asked again when `changed` changes or one is plugged in. */
export function useDeviceLists(changed: unknown): { microphones: DeviceChoice[]; cameras: DeviceChoice[] } {
  const [lists, setLists] = useState<{ microphones: DeviceChoice[]; cameras: DeviceChoice[] }>({ microphones: [], cameras: [] });
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) return;
    let current = true;
    const read = () => {
      media.enumerateDevices().then(
        (all) => {
          if (!current) return;
          const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId).map(({ deviceId, label }) => ({ deviceId, label }));
          setLists({ microphones: of('audioinput'), cameras: of('videoinput') });
        },
        () => undefined,
      );
    };
    read();
    media.addEventListener('devicechange', read);
    return () => {
      current = false;
      media.removeEventListener('devicechange', read);
    };
  }, [changed]);
  return lists;
}
