import type { Devices, DeviceSwitches } from './model';
import type { DevicesOn } from './room';
import { fieldsOf } from './wire';

/** The part of `Storage` that is used; either may be missing or throw (private mode, sandboxed frames). */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A map that looks like storage, for pages where storage is forbidden. */
export function memoryStorage(): KeyValue {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** Tries storage first and falls back to memory for good once it fails. */
export function sturdy(open: () => KeyValue | null | undefined): KeyValue {
  const memory = memoryStorage();
  let store: KeyValue = memory;
  try {
    store = open() ?? memory;
  } catch {
    store = memory;
  }
  const attempt = <T>(run: (s: KeyValue) => T): T => {
    try {
      return run(store);
    } catch {
      store = memory;
      return run(store);
    }
  };
  return {
    getItem: (key) => attempt((s) => s.getItem(key)) ?? memory.getItem(key),
    setItem: (key, value) => attempt((s) => s.setItem(key, value)),
    removeItem: (key) => attempt((s) => s.removeItem(key)),
  };
}

/**
 * Remembers the seat of this tab, so that a reload takes it back, and of this
 * browser a random id and the devices that were chosen last. The seat belongs to a server and a meeting; what
 * whoever joins from this tab gets of it is the server's decision.
 */
export class SeatMemory {
  constructor(
    private readonly tab: KeyValue,
    private readonly browser: KeyValue,
    private readonly newId: () => string,
  ) {}

  /** Has the browser load both storages: the first look at each halts the page for tens of milliseconds. */
  warm(): void {
    this.tab.getItem('anteroom.device');
    this.browser.getItem('anteroom.device');
  }

  resumeToken(origin: string, meetingNumber: string): string | null {
    const raw = this.tab.getItem(seatKey(origin, meetingNumber));
    if (!raw) return null;
    try {
      const fields = fieldsOf(JSON.parse(raw));
      return typeof fields?.token === 'string' ? fields.token : null;
    } catch {
      return null;
    }
  }

  remember(origin: string, meetingNumber: string, token: string): void {
    this.tab.setItem(seatKey(origin, meetingNumber), JSON.stringify({ token }));
  }

  /** Notes which devices are on, for a page that takes this very place of the meeting back. */
  rememberDevicesOn(origin: string, meetingNumber: string, place: string, devices: DevicesOn): void {
    this.tab.setItem(devicesOnKey(origin, meetingNumber), JSON.stringify({ place, ...devices }));
  }

  /** The devices that were on at that place when the page was left; null for another place. */
  devicesOn(origin: string, meetingNumber: string, place: string): DevicesOn | null {
    try {
      const known = fieldsOf(JSON.parse(this.tab.getItem(devicesOnKey(origin, meetingNumber)) ?? 'null'));
      if (known?.place !== place) return null;
      const { microphone, camera } = known;
      return { microphone: microphone === 'on' || microphone === 'muted' ? microphone : 'off', camera: camera === true };
    } catch {
      return null;
    }
  }

  forget(origin: string, meetingNumber: string): void {
    this.tab.removeItem(seatKey(origin, meetingNumber));
    this.tab.removeItem(devicesOnKey(origin, meetingNumber));
  }

  /** The devices chosen last in this browser; empty ids where nothing is known. */
  devices(): DeviceIds {
    let known: Record<string, unknown> | null = null;
    try {
      known = fieldsOf(JSON.parse(this.browser.getItem(devicesKey) ?? 'null')) ?? null;
    } catch {
      // Whatever another program has written there is as good as nothing.
    }
    const id = (value: unknown): string => (typeof value === 'string' ? value : '');
    return { microphone: id(known?.microphone), camera: id(known?.camera), speaker: id(known?.speaker) };
  }

  rememberDevices({ microphone, camera, speaker }: DeviceIds): void {
    this.browser.setItem(devicesKey, JSON.stringify({ microphone, camera, speaker }));
  }

  /** Whether microphone and camera were on when a meeting was joined last; both at first. */
  switches(): DeviceSwitches {
    const kept = this.browser.getItem(switchesKey) ?? '';
    return { microphone: !kept.includes('microphone'), camera: !kept.includes('camera') };
  }

  rememberSwitches({ microphone, camera }: DeviceSwitches): void {
    this.browser.setItem(switchesKey, [microphone ? '' : 'microphone', camera ? '' : 'camera'].join(' ').trim());
  }

  deviceId(): string {
    const known = this.browser.getItem('anteroom.device');
    if (known) return known;
    const fresh = this.newId();
    this.browser.setItem('anteroom.device', fresh);
    return fresh;
  }
}

const devicesKey = 'anteroom.devices';
/** Holds the names of what was switched off. */
const switchesKey = 'anteroom.off';

type DeviceIds = Pick<Devices, 'microphone' | 'camera' | 'speaker'>;

function devicesOnKey(origin: string, meetingNumber: string): string {
  return `anteroom.devices-on:${origin}:${meetingNumber}`;
}

function seatKey(origin: string, meetingNumber: string): string {
  return `anteroom.seat:${origin}:${meetingNumber}`;
}
