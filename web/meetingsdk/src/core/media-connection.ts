import { Backoff } from './backoff';
import { frameAllows } from './browser';
import type { Clock } from './clock';
import { delay } from './clock';
import { CallError } from './errors';
import { log } from './log';
import type { CreateMediaEngine, DeviceFault, MediaEngine, MediaHandlers, MediaStage } from './media';
import { DeviceError, classifyFailure, isDeviceError } from './media';
import type { MeetingState, VideoKind } from './model';
import type { Endpoint } from './wire';

/** The part of the state that local devices control. */
export type LocalState = Pick<MeetingState, 'microphone' | 'camera' | 'share' | 'canPlaySound' | 'devices' | 'cameraFacesAway'>;

/** What this page sends, as reported over the control channel. */
export interface MediaStatus {
  audioOn: boolean;
  muted: boolean;
  videoOn: boolean;
  sharing: boolean;
}

export interface MediaConnectionOptions {
  clock: Clock;
  create: CreateMediaEngine;
  server: string;
  /** Gets a new address and token; null if there are none now. */
  refreshEndpoint: () => Promise<Endpoint | null>;
  /** How many participants are in the meeting now. */
  participantCount: () => number;
  read: () => LocalState;
  write: (change: Partial<LocalState>) => void;
  statusChanged: (status: MediaStatus) => void;
  signalConnected: () => void;
  negotiated: () => void;
  connected: () => void;
  lost: () => void;
  /** A try to connect failed; further ones follow. `tries` counts those in a row that were not told to wait. */
  failed: (stage: MediaStage, tries: number, address: string) => void;
  speaking: (identities: string[]) => void;
  notice: (level: 'warning' | 'error', key: string) => void;
  quality: (identity: string, level: number) => void;
}

/** How long to wait for the control channel to report why the server removed this page from the media room. */
const closeReasonWait = 3_000;
/** Listing devices starts processes of the browser, so it is delayed until the first video frames have arrived. */
const deviceListDelay = 300;

/** Audio and video of this participant: the connection, its recovery, and the local devices. */
export class MediaConnection {
  private readonly engine: MediaEngine;
  private readonly backoff: Backoff;
  private generation = 0;
  private stopped = false;
  private sharedSound = true;

  constructor(private readonly options: MediaConnectionOptions) {
    this.backoff = new Backoff(() => options.clock.now());
    const handlers: MediaHandlers = {
      signalConnected: () => options.signalConnected(),
      negotiated: () => options.negotiated(),
      connected: () => this.onConnected(),
      reconnecting: () => options.lost(),
      disconnected: (byServer) => {
        if (this.stopped) return;
        if (!byServer) return void this.reconnect();
        const { generation } = this;
        options.clock.after(closeReasonWait, () => {
          if (!this.stopped && generation === this.generation) void this.reconnect();
        });
      },
      speaking: (identities) => options.speaking(identities),
      canPlaySound: (can) => options.write({ canPlaySound: can }),
      devicesChanged: () => void this.refreshDevices(),
      sourceEnded: (source) => {
        // This page closed the source itself.
        if (!this.stopped) this.onSourceEnded(source);
      },
      deviceFailed: (source, fault) => this.onDeviceFailed(source, fault),
      microphoneRevoked: () => {
        if (this.options.read().microphone === 'on') this.update({ microphone: 'muted' });
      },
      quality: (identity, level) => options.quality(identity, level),
    };
    this.engine = options.create(handlers, { server: options.server, verbose: log.verbose, retryDelay: () => this.backoff.next() });
  }

  /** Connects, and retries with new tokens until stopped. */
  connect(endpoint: Endpoint | null): void {
    this.stopped = false;
    void this.run(endpoint).then(() => this.options.clock.after(deviceListDelay, () => {
      if (!this.stopped) void this.refreshDevices();
    }));
  }

  /** Leaves the media room and closes every local device. */
  async disconnect(): Promise<void> {
    this.stopped = true;
    this.generation++;
    this.options.write({ microphone: 'off', camera: 'off', share: 'off' });
    await this.engine.disconnect().catch((error: unknown) => log.info('media did not close cleanly', error));
  }

  async setMicrophone(on: boolean): Promise<void> {
    const now = this.options.read().microphone;
    if (!on) {
      if (now !== 'on') return;
      await this.engine.muteMicrophone(true);
      return this.update({ microphone: 'muted' });
    }
    if (now === 'on' || now === 'joining') return;
    if (now === 'muted') {
      try {
        await this.engine.muteMicrophone(false, this.options.read().devices.microphone);
      } catch (error) {
        throw this.toDeviceCallError('microphone', error);
      }
      return this.update({ microphone: 'on' });
    }
    this.options.write({ microphone: 'joining' });
    let unmuted: boolean;
    try {
      unmuted = await this.engine.openMicrophone(this.options.read().devices.microphone);
    } catch (error) {
      throw this.toDeviceCallError('microphone', error);
    }
    this.update({ microphone: unmuted ? 'on' : 'muted' });
    void this.refreshDevices();
  }

  /** Joins audio and opens nothing yet: others are heard, and unmuting opens the microphone. */
  joinMuted(): void {
    if (this.options.read().microphone === 'off') this.update({ microphone: 'muted' });
  }

  /** Mutes at a host's request; never opens anything. */
  async muteByHost(): Promise<void> {
    if (this.options.read().microphone !== 'on') return;
    await this.engine.muteMicrophone(true);
    this.update({ microphone: 'muted' });
  }

  /** Ends the own share because somebody else's replaced it. */
  async shareEnded(): Promise<void> {
    if (this.options.read().share !== 'off') await this.setShare(false);
  }

  /** Disconnects computer audio altogether. */
  async stopAudio(): Promise<void> {
    const now = this.options.read().microphone;
    if (now !== 'on' && now !== 'muted') throw new CallError('INVALID_OPERATION', 'audio is not joined');
    await this.engine.closeMicrophone();
    this.update({ microphone: 'off' });
  }

  async setCamera(on: boolean): Promise<void> {
    const now = this.options.read().camera;
    if (on === (now === 'on') || (on && now === 'starting')) return;
    if (on) this.options.write({ camera: 'starting' });
    try {
      await this.engine.setCamera(on, this.options.read().devices.camera);
    } catch (error) {
      throw this.toDeviceCallError('camera', error);
    }
    this.update({ camera: on ? 'on' : 'off', cameraFacesAway: this.engine.cameraFacesAway() });
    if (on) void this.refreshDevices();
  }

  async setShare(on: boolean, how: { sound?: boolean; motion?: boolean } = {}): Promise<void> {
    const now = this.options.read().share;
    if (on === (now === 'on') || (on && now === 'starting')) return;
    if (on && !frameAllows('display-capture')) {
      this.options.notice('error', 'notice.shareFramed');
      throw framePolicyError('share');
    }
    if (on) this.options.write({ share: 'starting' });
    try {
      const sharing = await this.engine.setScreen(on, { sound: how.sound ?? this.sharedSound, motion: how.motion ?? false });
      this.update({ share: sharing ? 'on' : 'off' });
    } catch (error) {
      this.options.write({ share: 'off' });
      throw new CallError('INTERNAL_ERROR', error instanceof Error ? error.message : 'the screen could not be shared');
    }
  }

  /** Whether the next share asks the browser for sound as well. */
  setSharedSound(on: boolean): void {
    this.sharedSound = on;
  }

  async chooseDevice(kind: 'microphone' | 'camera' | 'speaker', deviceId: string): Promise<void> {
    const devices = this.options.read().devices;
    await this.engine.switchDevice(kind, deviceId);
    this.options.write({ devices: { ...devices, [kind]: deviceId }, cameraFacesAway: this.engine.cameraFacesAway() });
  }

  unlockSound(): Promise<void> {
    return this.engine.unlockSound();
  }

  setIncomingSound(on: boolean): void {
    this.engine.setIncomingSound(on);
  }

  setVideoLimit(height: 360 | 720 | 1080): void {
    this.engine.setVideoLimit(height);
  }

  setBackground(background: Parameters<MediaEngine['setBackground']>[0]): Promise<void> {
    return this.engine.setBackground(background);
  }

  limitVideoTo(identities: ReadonlySet<string> | null, everybody: readonly string[]): void {
    this.engine.limitVideoTo(identities, everybody);
  }

  readStatistics(): ReturnType<MediaEngine['readStatistics']> {
    return this.engine.readStatistics();
  }

  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void {
    return this.engine.attach(identity, kind, element);
  }

  /** The current status. */
  status(): MediaStatus {
    const { microphone, camera, share } = this.options.read();
    return {
      audioOn: microphone === 'on' || microphone === 'muted',
      muted: microphone !== 'on',
      videoOn: camera === 'on',
      sharing: share === 'on',
    };
  }

  /** Reconnects after a delay, because every page of a server that stopped does the same. */
  private async reconnect(): Promise<void> {
    this.options.lost();
    const generation = ++this.generation;
    await delay(this.options.clock, this.backoff.next());
    if (!this.stopped && generation === this.generation) await this.run(null);
  }

  private onConnected(): void {
    this.backoff.connected();
    this.options.connected();
  }

  private async run(first: Endpoint | null): Promise<void> {
    const generation = ++this.generation;
    const current = (): boolean => !this.stopped && generation === this.generation;
    let endpoint = first;
    for (let tries = 1; current(); tries++) {
      endpoint ??= await this.options.refreshEndpoint();
      if (!current()) return;
      let failure = classifyFailure(null);
      if (endpoint) {
        try {
          await this.engine.connect(endpoint.url, endpoint.token, this.options.participantCount());
          if (current()) this.onConnected();
          // A speaker chosen in an earlier meeting may be unplugged; then the system's default is used.
          const { speaker } = this.options.read().devices;
          if (speaker) this.engine.switchDevice('speaker', speaker).catch((error: unknown) => log.info('the selected speaker cannot be used', error));
          return;
        } catch (error) {
          log.info('media could not be connected', error);
          failure = classifyFailure(error);
        }
      }
      if (!current()) return;
      this.options.lost();
      if (failure.stage === 'limited') tries = 0;
      this.options.failed(failure.stage, tries, endpoint?.url ?? '');
      endpoint = null;
      await delay(this.options.clock, Math.max(this.backoff.next(), failure.retryAfter));
    }
  }

  private async refreshDevices(): Promise<void> {
    try {
      const found = await this.engine.listDevices();
      this.options.write({ devices: { ...this.options.read().devices, ...found } });
    } catch (error) {
      log.info('devices could not be listed', error);
    }
  }

  private onSourceEnded(source: 'microphone' | 'camera' | 'screen'): void {
    if (source === 'screen') this.update({ share: 'off' });
    else if (source === 'camera') this.update({ camera: 'off' });
    else this.update({ microphone: 'off' });
    // A share is ended on purpose; a device may have been unplugged by accident.
    if (source !== 'screen') this.options.notice('warning', source === 'camera' ? 'notice.cameraGone' : 'notice.micGone');
    void this.refreshDevices();
  }

  private onDeviceFailed(source: 'microphone' | 'camera', fault: DeviceFault): void {
    this.toDeviceCallError(source, new DeviceError(fault, 'the device could not be opened'));
    this.options.statusChanged(this.status());
  }

  private toDeviceCallError(source: 'microphone' | 'camera', error: unknown): CallError {
    // Closed before the device was open: nothing to report to the user.
    if (this.stopped) return new CallError('IMPROPER_MEETING_STATE', 'closed');
    const fault: DeviceFault = isDeviceError(error) ? error.fault : 'failed';
    const state = fault === 'failed' ? 'off' : fault;
    this.options.write(source === 'microphone' ? { microphone: state } : { camera: state });
    const subject = source === 'microphone' ? 'mic' : 'camera';
    if (fault === 'denied' && !frameAllows(source)) {
      this.options.notice('error', `notice.${subject}Framed`);
      return framePolicyError(source);
    }
    this.options.notice('error', fault === 'failed' ? 'notice.failed' : `notice.${subject}${fault === 'denied' ? 'Denied' : 'Missing'}`);
    const reason = { denied: 'access was denied', missing: 'none was found', failed: 'it could not be opened' }[fault];
    return new CallError('INVALID_OPERATION', `${source}: ${reason}`);
  }

  private update(change: Partial<LocalState>): void {
    this.options.write(change);
    this.options.statusChanged(this.status());
  }
}

/** The error for a device that the frames around this page block. */
function framePolicyError(device: string): CallError {
  return new CallError('INVALID_OPERATION', `${device}: the frame of this page does not allow it (frame_policy)`);
}
