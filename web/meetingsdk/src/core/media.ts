import type { MediaStatistics } from './events';
import type { OpenTransport } from './transport';
import type { DeviceChoice, Devices, BackgroundPreview, VideoKind } from './model';

/** Why a local device could not be used. */
export type DeviceFault = 'denied' | 'missing' | 'failed';

/**
 * How far a connection to the media server got before it failed: it could not be
 * reached, its WebSocket was refused while HTTP works, it refused the token, it
 * accepts no more connections for now, or audio and video could not be transported.
 */
export type MediaStage = 'unreachable' | 'socket' | 'refused' | 'limited' | 'transport';

/** A connection to the media server that failed. */
export class MediaError extends Error {
  readonly stage: MediaStage;
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly retryAfter: number;

  constructor(stage: MediaStage, message: string, retryAfter = 0) {
    super(message);
    this.name = 'MediaError';
    this.stage = stage;
    this.retryAfter = retryAfter;
  }
}

/** The stage and the wait of an error, checked without `instanceof`; see `isTransportError`. */
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

/** Whether an error is a DeviceError, checked without `instanceof`; see `isTransportError`. */
export function isDeviceError(error: unknown): error is DeviceError {
  return error instanceof Error && error.name === 'DeviceError' && 'fault' in error;
}

/** The callbacks of the media engine. Identities are those of the media room. */
export interface MediaHandlers {
  /** The media server has responded; the connection itself is being established. */
  signalConnected(): void;
  /** The page's own part of the connection is usually done. */
  negotiated(): void;
  connected(): void;
  reconnecting(): void;
  /**
   * Disconnected; connecting again needs a new token. `byServer`: the server removed
   * this page from the room, and reports why over the control channel.
   */
  disconnected(byServer: boolean): void;
  /** Identities of the active speakers, loudest first. */
  speaking(identities: string[]): void;
  canPlaySound(can: boolean): void;
  devicesChanged(): void;
  /** A local source ended by itself: unplugged, or stopped in the browser's own bar. */
  sourceEnded(source: 'microphone' | 'camera' | 'screen'): void;
  /** The engine could not open a device that was to be replaced or resumed. */
  deviceFailed(source: 'microphone' | 'camera', fault: DeviceFault): void;
  /** The permission to send audio was revoked, which muted the microphone. */
  microphoneRevoked(): void;
  /** The quality of a participant's connection, 0 to 5. */
  quality(identity: string, level: number): void;
}

/** Audio and video of one participant. Local sources survive reconnects. */
export interface MediaEngine {
  /**
   * Joins the media room. `participantCount`: in a small meeting the page subscribes
   * to everybody's audio and video at once. Resolves once media are connected;
   * rejects with MediaError.
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
  /** The maximum resolution of the video that is sent. */
  setVideoLimit(height: 360 | 720 | 1080): void;
  /** The background of the own camera, now and whenever it is opened. */
  setBackground(background: { blur: true } | { image: string } | null): Promise<void>;
  /** Who may receive the own video; null is everybody. Audio goes to all. */
  limitVideoTo(identities: ReadonlySet<string> | null, everybody: readonly string[]): void;
  /** What the browser has measured since the last call, for each medium and direction. */
  readStatistics(): Promise<MediaStatistics[]>;
  /** Shows a participant's video in the element while attached. */
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

/** Creates the media engine of one participant. */
export type CreateMediaEngine = (handlers: MediaHandlers, settings: MediaSettings) => MediaEngine;

/** What the lazily loaded media chunk exports. */
export interface MediaModule {
  openTransport: OpenTransport;
  createMediaEngine: CreateMediaEngine;
  /** Prepares what would take time during a join; opens no device and no connection. */
  prepare?(): void;
  /** Applies a background to a camera stream that is previewed before a meeting. `server` has the files for it. */
  previewBackground(stream: MediaStream, background: { blur: true } | { image: string }, server: string): Promise<BackgroundPreview>;
}
