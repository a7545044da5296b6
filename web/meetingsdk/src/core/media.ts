import type { MediaStatistics } from './events';
import type { OpenTransport } from './transport';
import type { DeviceChoice, Devices, BackgroundPreview, VideoKind } from './model';

/** Why a local device could not be used. */
export type DeviceFault = 'denied' | 'missing' | 'failed';

/**
 * How far a connection to the media server came before it failed: it could not
 * be reached, its WebSocket was refused while plain HTTP passes, it refused
 * the token, or accepts no more connections for now, or sound and pictures
 * found no way.
 */
export type MediaStage = 'unreachable' | 'socket' | 'refused' | 'limited' | 'transport';

/** A connection to the media server that failed. */
export class MediaError extends Error {
  readonly stage: MediaStage;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfter: number;

  constructor(stage: MediaStage, message: string, retryAfter = 0) {
    super(message);
    this.name = 'MediaError';
    this.stage = stage;
    this.retryAfter = retryAfter;
  }
}

/** Stage and wait of an error by its looks; see `isLineError`. */
export function classifyFailure(error: unknown): Pick<MediaError, 'stage' | 'retryAfter'> {
  return error instanceof Error && error.name === 'MediaError' && 'stage' in error ? (error as MediaError) : { stage: 'unreachable', retryAfter: 0 };
}

/** A microphone, camera or screen that could not be opened. */
export class DeviceError extends Error {
  readonly fault: DeviceFault;

  constructor(fault: DeviceFault, message: string) {
    super(message);
    this.name = 'DeviceError';
    this.fault = fault;
  }
}

/** Tells a DeviceError by its looks; see `isLineError`. */
export function isDeviceError(error: unknown): error is DeviceError {
  return error instanceof Error && error.name === 'DeviceError' && 'fault' in error;
}

/** What the media engine tells. Identities are those of the media room. */
export interface MediaHandlers {
  /** The media server has answered; the connection itself is on its way. */
  signalConnected(): void;
  /** What the page itself has to do for the connection is done, as a rule. */
  negotiated(): void;
  connected(): void;
  reconnecting(): void;
  /**
   * Given up or thrown out; connecting again needs a fresh token. `ordered`: the
   * server took this page out of the room, and says why over the control channel.
   */
  disconnected(byServer: boolean): void;
  /** Identities of those who speak, loudest first. */
  speaking(identities: string[]): void;
  canPlaySound(can: boolean): void;
  devicesChanged(): void;
  /** A local source ended by itself: unplugged, or stopped in the browser's own bar. */
  sourceEnded(source: 'microphone' | 'camera' | 'screen'): void;
  /** The engine could not open a device that was to be replaced or resumed. */
  deviceFailed(source: 'microphone' | 'camera', fault: DeviceFault): void;
  /** The right to send sound was taken away, and the microphone with it. */
  microphoneRevoked(): void;
  /** How well somebody's sound and pictures come and go, 0 to 5. */
  quality(identity: string, level: number): void;
}

/** Sound and pictures of one seat. Local sources survive reconnects. */
export interface MediaEngine {
  /**
   * Enters the media room. `crowd` is how many people are in the meeting: where
   * they are few, sound and pictures of all of them are asked for at once.
   * Resolves once sound and pictures have a way; rejects with MediaError.
   */
  connect(url: string, token: string, participantCount: number): Promise<void>;
  disconnect(): Promise<void>;
  /** Opens the microphone; false where this page may not speak now, and stays muted. Rejects with DeviceError. */
  openMicrophone(deviceId: string): Promise<boolean>;
  /** Unmuting opens the microphone where it is not open; rejects with DeviceError. */
  muteMicrophone(muted: boolean, deviceId?: string): Promise<void>;
  closeMicrophone(): Promise<void>;
  setCamera(on: boolean, deviceId: string): Promise<void>;
  /** Whether the open camera is known to look away from the person. */
  cameraFacesAway(): boolean;
  /** Resolves to false when the person closed the browser's picker. */
  setScreen(on: boolean, options: { sound: boolean; motion: boolean }): Promise<boolean>;
  switchDevice(kind: keyof Pick<Devices, 'microphone' | 'camera' | 'speaker'>, deviceId: string): Promise<void>;
  listDevices(): Promise<{ microphones: DeviceChoice[]; cameras: DeviceChoice[]; speakers: DeviceChoice[] }>;
  unlockSound(): Promise<void>;
  /** Whether remote sound is heard at all. */
  setIncomingSound(on: boolean): void;
  /** How pictures are sent at most. */
  setVideoLimit(height: 360 | 720 | 1080): void;
  /** The background of the own camera, now and whenever it is opened. */
  setBackground(background: { blur: true } | { image: string } | null): Promise<void>;
  /** Who may receive the own pictures; null is everybody. Sound goes to all. */
  limitVideoTo(identities: ReadonlySet<string> | null, everybody: readonly string[]): void;
  /** What the browser has measured since the last call, for each medium and direction. */
  readStatistics(): Promise<MediaStatistics[]>;
  /** Shows a participant's picture in the element while attached. */
  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void;
}

export interface MediaSettings {
  /** Where further files are, without a slash at the end. */
  server: string;
  /** Whether the engine's own log reaches the console. */
  verbose: boolean;
  /** How long to wait before the next try to restore the connection; asked once for each. */
  retryDelay: () => number;
}

/** Makes the engine of one seat. */
export type CreateMediaEngine = (handlers: MediaHandlers, settings: MediaSettings) => MediaEngine;

/** What the lazily loaded media chunk exports. */
export interface MediaModule {
  openTransport: OpenTransport;
  createMediaEngine: CreateMediaEngine;
  /** Does ahead of a join what costs time at the join; opens no device and no connection. */
  prepare?(): void;
  /** Puts a background into the picture of a camera that is tried out before a meeting. `server` has the files for it. */
  previewBackground(stream: MediaStream, background: { blur: true } | { image: string }, server: string): Promise<BackgroundPreview>;
}
