import type { Devices, DeviceSwitches } from './model';
import type { ActiveDevices } from './room';
import { asRecord } from './wire';

/** The part of `Storage` that is used; either may be missing or throw (private mode, sandboxed frames). */
export type KeyValueStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A storage in memory, for pages where storage is not available. */
export function memoryStorage(): KeyValueStore {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** Uses the storage, and falls back to memory permanently once it fails. */
export function safeStorage(open: () => KeyValueStore | null | undefined): KeyValueStore {
  const memory = memoryStorage();
  let store: KeyValueStore = memory;
  try {
    store = open() ?? memory;
  } catch {
    store = memory;
  }
  const attempt = <T>(run: (s: KeyValueStore) => T): T => {
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
 * Stores the resume token of this tab, so that a reload resumes the participant, and
 * for this browser a random id and the devices that were selected last. A token
 * belongs to a server and a meeting; the server decides what it grants.
 */
export class ResumeStore {
  constructor(
    private readonly tab: KeyValueStore,
    private readonly browser: KeyValueStore,
    private readonly newId: () => string,
  ) {}

  /** Makes the browser load both storages: the first access to each blocks the page for tens of milliseconds. */
  preload(): void {
    this.tab.getItem('anteroom.device');
    this.browser.getItem('anteroom.device');
  }

  resumeToken(origin: string, meetingNumber: string): string | null {
    const raw = this.tab.getItem(tokenKey(origin, meetingNumber));
    if (!raw) return null;
    try {
      const fields = asRecord(JSON.parse(raw));
      return typeof fields?.token === 'string' ? fields.token : null;
    } catch {
      return null;
    }
  }

  saveToken(origin: string, meetingNumber: string, token: string): void {
    this.tab.setItem(tokenKey(origin, meetingNumber), JSON.stringify({ token }));
  }

  /** Saves which devices are on, for a page that resumes this participant. */
  saveActiveDevices(origin: string, meetingNumber: string, mediaIdentity: string, devices: ActiveDevices): void {
    this.tab.setItem(activeDevicesKey(origin, meetingNumber), JSON.stringify({ place: mediaIdentity, ...devices }));
  }

  /** The devices that were on when the page was left; null for another participant. */
  activeDevices(origin: string, meetingNumber: string, mediaIdentity: string): ActiveDevices | null {
    try {
      const saved = asRecord(JSON.parse(this.tab.getItem(activeDevicesKey(origin, meetingNumber)) ?? 'null'));
      if (saved?.place !== mediaIdentity) return null;
      const { microphone, camera } = saved;
      return { microphone: microphone === 'on' || microphone === 'muted' ? microphone : 'off', camera: camera === true };
    } catch {
      return null;
    }
  }

  clear(origin: string, meetingNumber: string): void {
    this.tab.removeItem(tokenKey(origin, meetingNumber));
    this.tab.removeItem(activeDevicesKey(origin, meetingNumber));
  }

  /** The devices chosen last in this browser; empty ids where nothing is known. */
  devices(): DeviceIds {
    let saved: Record<string, unknown> | null = null;
    try {
      saved = asRecord(JSON.parse(this.browser.getItem(devicesKey) ?? 'null')) ?? null;
    } catch {
      // Ignore values that another program has written.
    }
    const id = (value: unknown): string => (typeof value === 'string' ? value : '');
    return { microphone: id(saved?.microphone), camera: id(saved?.camera), speaker: id(saved?.speaker) };
  }

  saveDevices({ microphone, camera, speaker }: DeviceIds): void {
    this.browser.setItem(devicesKey, JSON.stringify({ microphone, camera, speaker }));
  }

  /** Whether microphone and camera were on when a meeting was joined last; both at first. */
  switches(): DeviceSwitches {
    const saved = this.browser.getItem(switchesKey) ?? '';
    return { microphone: !saved.includes('microphone'), camera: !saved.includes('camera') };
  }

  saveSwitches({ microphone, camera }: DeviceSwitches): void {
    this.browser.setItem(switchesKey, [microphone ? '' : 'microphone', camera ? '' : 'camera'].join(' ').trim());
  }

  deviceId(): string {
    const saved = this.browser.getItem('anteroom.device');
    if (saved) return saved;
    const fresh = this.newId();
    this.browser.setItem('anteroom.device', fresh);
    return fresh;
  }
}

const devicesKey = 'anteroom.devices';
/** Stores the names of what was switched off. */
const switchesKey = 'anteroom.off';

type DeviceIds = Pick<Devices, 'microphone' | 'camera' | 'speaker'>;

function activeDevicesKey(origin: string, meetingNumber: string): string {
  return `anteroom.devices-on:${origin}:${meetingNumber}`;
}

function tokenKey(origin: string, meetingNumber: string): string {
  return `anteroom.seat:${origin}:${meetingNumber}`;
}
