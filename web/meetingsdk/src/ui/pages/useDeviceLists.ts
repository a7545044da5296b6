import { useEffect, useState } from 'react';
import type { Devices } from '../../core/model';

type DeviceLists = Pick<Devices, 'microphones' | 'cameras' | 'speakers'>;

/** The microphones, cameras and loudspeakers of this machine; asked again when `changed` changes or one is plugged in. */
export function useDeviceLists(changed: unknown): DeviceLists {
  const [lists, setLists] = useState<DeviceLists>({ microphones: [], cameras: [], speakers: [] });
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) return;
    let current = true;
    const read = () => {
      media.enumerateDevices().then(
        (all) => {
          if (!current) return;
          const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId).map(({ deviceId, label }) => ({ deviceId, label }));
          setLists({ microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') });
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
