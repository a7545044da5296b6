import type { LocalTrackPublication, LocalVideoTrack, Participant as RoomParticipant, TrackPublication } from 'livekit-client';
import { ConnectionError, ConnectionErrorReason, ConnectionQuality, ConnectionState, DisconnectReason, getLogger, LocalTrack, LoggerNames, MediaDeviceFailure, ParticipantEvent, Room, RoomEvent, Track, VideoPresets } from 'livekit-client';
import type { MediaStatistics } from '../core/events';
import type { CreateMediaEngine, DeviceFault, MediaEngine, MediaHandlers, MediaSettings, MediaStage } from '../core/media';
import { DeviceError, MediaError } from '../core/media';
import type { DeviceChoice, BackgroundPreview, VideoKind } from '../core/model';
import type { BackgroundEffect } from './background';
import { closeDroppedEngines } from './dropped-engines';
import { IceTimeout, iceState } from './ice-timeout';
import { StatisticsReader } from './statistics-reader';
import { OpenTracks } from './open-tracks';
import { VideoSubscriptions } from './video-subscriptions';
import { warmUp } from './warm-up';

/** The meeting gives up first; the library retries until then. */
const maxRetryDuration = 60_000;
/** The media server's numbers of sources that may be sent. */
const sourceNumbers = { microphone: 2, screen: 3, screenSound: 4 } as const;
type GrantedSource = keyof typeof sourceNumbers;
/** How long the negotiation of the connection takes after the media server's response. */
const negotiationTime = 70;
/** How long a permission that a host granted may take to arrive. */
const permissionTimeout = 3_000;
/** LiveKit's connection quality as the contract's levels. */
const qualityLevels: Partial<Record<ConnectionQuality, number>> = {
  [ConnectionQuality.Excellent]: 5,
  [ConnectionQuality.Good]: 3,
  [ConnectionQuality.Poor]: 1,
  [ConnectionQuality.Lost]: 0,
};
/**
 * Reasons why the media server itself ends a connection on purpose. A server that
 * stops is not among them: its pages reconnect.
 */
const serverReasons: ReadonlySet<DisconnectReason> = new Set([
  DisconnectReason.DUPLICATE_IDENTITY, DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.ROOM_DELETED, DisconnectReason.ROOM_CLOSED,
]);
/** When a connection ends, its tracks end first; wait before treating a track as lost. */
const settleDelay = 250;
/**
 * Up to this many participants, the media server subscribes a page to everybody:
 * one round trip less until the first video frame. In a larger meeting that would
 * cost more than it saves, because most participants are on no tile.
 */
const autoSubscribeLimit = 12;

const assetsOf = (server: string): string => `${server}/sdk/background/`;

/** Created ahead of the join: that takes a slow page tens of milliseconds. */
let prewarmedRoom: PrewarmedRoom | null = null;

/** A room, and its retry delay, which is set when it is used for a join. */
interface PrewarmedRoom {
  room: Room;
  tracks: OpenTracks;
  retry: { delay: () => number };
  /** Runs on tracks before they are published. */
  hooks: { beforePublish: (tracks: LocalTrack[]) => Promise<void> };
}

/** Creates the room of the next join; connects to nothing. */
export function prepare(): void {
  prewarmedRoom ??= createRoom();
  void warmUp();
}

/** Applies a background to a camera stream that is previewed before a meeting. Loads what it needs. */
export async function previewBackground(stream: MediaStream, effect: BackgroundEffect, server: string): Promise<BackgroundPreview> {
  const { createPreview } = await import('./background');
  return createPreview(stream, effect, assetsOf(server));
}

/** Creates the media engine of one participant on LiveKit. */
export const createMediaEngine: CreateMediaEngine = (handlers, settings) => {
  setLogLevel(settings.verbose ? 'info' : 'silent');
  return new LiveKitEngine(handlers, settings);
};

/** LiveKit logs a normal disconnect as an error; relevant errors are reported to the app. The level is not saved in the app's storage. */
function setLogLevel(level: 'info' | 'silent'): void {
  for (const name of Object.values(LoggerNames)) getLogger(name).setLevel(level, false);
}

setLogLevel('silent');

class LiveKitEngine implements MediaEngine {
  private readonly room: Room;
  private readonly tracks: OpenTracks;
  private readonly videoSubscriptions: VideoSubscriptions;
  private readonly statistics: StatisticsReader;
  private readonly ice: IceTimeout;
  private audience: { identities: ReadonlySet<string> | null; everybody: readonly string[] } = { identities: null, everybody: [] };
  private appliedPermissions = '';
  private backgroundEffect: BackgroundEffect | null = null;
  /** What should be sent, so that a new connection sends it again. */
  private desiredTracks: { microphone: 'off' | 'muted' | 'on'; camera: boolean; screen: boolean } = { microphone: 'off', camera: false, screen: false };
  private incomingAudio = true;
  private closing = false;
  /** A failed attempt to connect rejects by itself. */
  private connecting = false;
  private signalled = false;
  private readonly assets: string;

  constructor(
    private readonly handlers: MediaHandlers,
    settings: MediaSettings,
  ) {
    this.assets = assetsOf(settings.server);
    const { room, tracks, retry, hooks } = prewarmedRoom ?? createRoom();
    this.room = room;
    this.tracks = tracks;
    retry.delay = settings.retryDelay;
    hooks.beforePublish = (opened) => this.applyBackground(opened);
    prewarmedRoom = null;
    this.videoSubscriptions = new VideoSubscriptions(this.room);
    this.statistics = new StatisticsReader(this.room);
    this.ice = new IceTimeout(() => iceState(this.room), {
      lost: () => handlers.reconnecting(),
      // While LiveKit reconnects, its own `Reconnected` event counts.
      recovered: () => this.room.state === ConnectionState.Connected && handlers.connected(),
    });
    this.listen();
  }

  async connect(url: string, token: string, participantCount: number): Promise<void> {
    this.closing = false;
    this.appliedPermissions = '';
    this.connecting = true;
    this.signalled = false;
    try {
      await this.room.connect(url, token, { autoSubscribe: this.incomingAudio && participantCount <= autoSubscribeLimit, maxRetries: 1 });
    } catch (error) {
      const stage = this.signalled ? 'transport' : signalFailureStage(error);
      const wait = stage === 'socket' ? await requestedWait(url, token) : 0;
      throw new MediaError(wait ? 'limited' : stage, error instanceof Error ? error.message : String(error), wait);
    } finally {
      this.connecting = false;
    }
    this.ice.start();
    this.limitAudience();
    this.subscribeToAll();
    this.handlers.canPlaySound(this.room.canPlaybackAudio);
    await this.republish();
  }

  async disconnect(): Promise<void> {
    this.closing = true;
    this.desiredTracks = { microphone: 'off', camera: false, screen: false };
    this.ice.stop();
    // Stop all tracks at once, published or not: LiveKit does not stop them while it disconnects.
    this.tracks.closeAll();
    await this.room.disconnect(true);
  }

  async openMicrophone(deviceId: string): Promise<boolean> {
    if (!this.canSend('microphone')) {
      this.desiredTracks.microphone = 'muted';
      return false;
    }
    await withDeviceErrors(() => this.room.localParticipant.setMicrophoneEnabled(true, deviceId ? { deviceId } : undefined));
    this.desiredTracks.microphone = 'on';
    return true;
  }

  async muteMicrophone(muted: boolean, deviceId = ''): Promise<void> {
    this.desiredTracks.microphone = muted ? 'muted' : 'on';
    if (!muted) await this.waitUntilCanSend('microphone');
    await withDeviceErrors(() => this.room.localParticipant.setMicrophoneEnabled(!muted, deviceId ? { deviceId } : undefined));
  }

  async closeMicrophone(): Promise<void> {
    this.desiredTracks.microphone = 'off';
    const publication = this.localPublication(Track.Source.Microphone);
    if (publication?.track) await this.room.localParticipant.unpublishTrack(publication.track, true);
  }

  async setCamera(on: boolean, deviceId: string): Promise<void> {
    this.desiredTracks.camera = on;
    try {
      await withDeviceErrors(() => this.room.localParticipant.setCameraEnabled(on, on && deviceId ? { deviceId } : undefined));
      // The light of the camera must go out, so the track is closed, not only muted.
      const track = this.localPublication(Track.Source.Camera)?.track;
      if (!on && track) await this.room.localParticipant.unpublishTrack(track, true);
    } catch (error) {
      this.desiredTracks.camera = false;
      throw error;
    }
  }

  cameraFacesAway(): boolean {
    const track = this.localPublication(Track.Source.Camera)?.track;
    return track instanceof LocalTrack && track.getSourceTrackSettings().facingMode === 'environment';
  }

  async setScreen(on: boolean, options: { sound: boolean; motion: boolean }): Promise<boolean> {
    this.desiredTracks.screen = on;
    try {
      if (on) await this.waitUntilCanSend('screen');
      // Whoever was muted by a host shares the picture alone.
      const sound = options.sound && this.canSend('screenSound');
      await this.room.localParticipant.setScreenShareEnabled(on, {
        audio: sound,
        systemAudio: sound ? 'include' : 'exclude',
        selfBrowserSurface: 'exclude',
        contentHint: options.motion ? 'motion' : 'detail',
      });
      return on;
    } catch (error) {
      this.desiredTracks.screen = false;
      // Closing the browser's picker looks like a refused permission.
      if (error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')) return false;
      throw error;
    }
  }

  async switchDevice(kind: 'microphone' | 'camera' | 'speaker', deviceId: string): Promise<void> {
    const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;
    await withDeviceErrors(() => this.room.switchActiveDevice(kinds[kind], deviceId || 'default', deviceId !== ''));
  }

  async listDevices(): Promise<{ microphones: DeviceChoice[]; cameras: DeviceChoice[]; speakers: DeviceChoice[] }> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: MediaDeviceKind): DeviceChoice[] =>
      all.filter((device) => device.kind === kind && device.deviceId !== '').map(({ deviceId, label }) => ({ deviceId, label }));
    return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
  }

  async unlockSound(): Promise<void> {
    await this.room.startAudio();
  }

  setIncomingSound(on: boolean): void {
    this.incomingAudio = on;
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.audioTrackPublications.values()) this.subscribeSound(publication);
    }
  }

  setVideoLimit(height: 360 | 720 | 1080): void {
    const { resolution } = { 360: VideoPresets.h360, 720: VideoPresets.h720, 1080: VideoPresets.h1080 }[height];
    this.room.options.videoCaptureDefaults = { ...this.room.options.videoCaptureDefaults, resolution };
  }

  async setBackground(effect: BackgroundEffect | null): Promise<void> {
    const before = this.backgroundEffect;
    this.backgroundEffect = effect;
    try {
      await this.updateBackground();
    } catch (error) {
      this.backgroundEffect = before;
      throw error;
    }
  }

  readStatistics(): Promise<MediaStatistics[]> {
    return this.statistics.read();
  }

  limitVideoTo(identities: ReadonlySet<string> | null, everybody: readonly string[]): void {
    this.audience = { identities, everybody };
    this.limitAudience();
  }

  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void {
    return this.videoSubscriptions.attach(identity, kind, element);
  }

  private listen(): void {
    const { room, handlers } = this;
    // The server sends the participants long before the connection is established.
    room.on(RoomEvent.SignalConnected, () => {
      this.signalled = true;
      handlers.signalConnected();
      setTimeout(() => handlers.negotiated(), negotiationTime);
      this.subscribeToAll();
    });
    room.on(RoomEvent.Reconnecting, () => handlers.reconnecting());
    room.on(RoomEvent.Reconnected, () => handlers.connected());
    room.on(RoomEvent.Disconnected, (reason) => {
      this.ice.stop();
      // Not requested by the user: LiveKit disconnects by itself when the browser freezes a tab.
      if (this.closing || this.connecting) return;
      if (this.desiredTracks.screen) {
        // A screen cannot be asked for again without the person.
        this.desiredTracks.screen = false;
        handlers.sourceEnded('screen');
      }
      handlers.disconnected(reason !== undefined && serverReasons.has(reason));
    });
    room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => handlers.speaking(speakers.map((s) => s.identity)));
    room.on(RoomEvent.AudioPlaybackStatusChanged, () => handlers.canPlaySound(room.canPlaybackAudio));
    room.on(RoomEvent.MediaDevicesChanged, () => handlers.devicesChanged());
    room.on(RoomEvent.TrackPublished, (publication, participant) => {
      this.subscribeSound(publication);
      this.videoSubscriptions.sync(participant.identity);
    });
    room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
      if (isSound(publication)) track.attach();
      else if (track.kind === Track.Kind.Video) {
        this.sync(publication, participant);
        this.videoSubscriptions.unsubscribeUnlessAttached(participant.identity, publication);
      }
    });
    room.on(RoomEvent.TrackUnsubscribed, (track) => void track.detach());
    room.on(RoomEvent.LocalTrackPublished, (publication, participant) => {
      this.limitAudience();
      this.sync(publication, participant);
    });
    room.on(RoomEvent.ConnectionQualityChanged, (quality, participant) => {
      const level = qualityLevels[quality];
      if (level !== undefined) handlers.quality(participant.identity, level);
    });
    room.on(RoomEvent.TrackMuted, (publication, participant) => {
      if (participant === room.localParticipant) this.onLocalMuted(publication);
    });
    room.on(RoomEvent.LocalTrackUnpublished, (publication) => {
      // Check now: the permission may be back a moment later.
      const revoked = !this.canSend('microphone');
      setTimeout(() => this.onLocalUnpublished(publication, revoked), settleDelay);
    });
  }

  private subscribeToAll(): void {
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) this.subscribeSound(publication);
    }
    this.videoSubscriptions.syncAll();
  }

  private sync(_publication: TrackPublication, participant: RoomParticipant): void {
    this.videoSubscriptions.sync(participant.identity);
  }

  private subscribeSound(publication: TrackPublication): void {
    if (!('setSubscribed' in publication) || !isSound(publication)) return;
    (publication as unknown as { setSubscribed(on: boolean): void }).setSubscribed(this.incomingAudio);
  }

  /** A device was unplugged and there is no other: LiveKit mutes what it cannot open again. Or the server has muted it. */
  private onLocalMuted({ source, track }: TrackPublication): void {
    const { desiredTracks, handlers, room } = this;
    if (!(track instanceof LocalTrack)) return;
    if (track.mediaStreamTrack.readyState !== 'ended') {
      if (source !== Track.Source.Microphone || desiredTracks.microphone !== 'on') return;
      desiredTracks.microphone = 'muted';
      handlers.microphoneRevoked();
      return;
    }
    if (source === Track.Source.Camera && desiredTracks.camera) {
      desiredTracks.camera = false;
      handlers.sourceEnded('camera');
    } else if (source === Track.Source.Microphone && desiredTracks.microphone === 'on') {
      desiredTracks.microphone = 'off';
      handlers.sourceEnded('microphone');
    } else return;
    void room.localParticipant.unpublishTrack(track, true);
  }

  private onLocalUnpublished(publication: LocalTrackPublication, revoked: boolean): void {
    const { desiredTracks, handlers } = this;
    // Published again meanwhile: nothing is missing.
    if (this.closing || this.localPublication(publication.source)) return;
    if (publication.source === Track.Source.ScreenShare && desiredTracks.screen) {
      desiredTracks.screen = false;
      handlers.sourceEnded('screen');
    } else if (publication.source === Track.Source.Camera && desiredTracks.camera && this.room.state === ConnectionState.Connected) {
      desiredTracks.camera = false;
      handlers.sourceEnded('camera');
    } else if (publication.source === Track.Source.Microphone && desiredTracks.microphone !== 'off' && (revoked || !this.canSend('microphone'))) {
      desiredTracks.microphone = 'muted';
      handlers.microphoneRevoked();
    } else if (publication.source === Track.Source.Microphone && desiredTracks.microphone !== 'off' && this.room.state === ConnectionState.Connected) {
      desiredTracks.microphone = 'off';
      handlers.sourceEnded('microphone');
    }
  }

  /** Whether the media server accepts such a track from this page now. */
  private canSend(source: GrantedSource): boolean {
    const { permissions } = this.room.localParticipant;
    if (!permissions) return true;
    const sources = permissions.canPublishSources;
    return permissions.canPublish && (sources.length === 0 || (sources as readonly number[]).includes(sourceNumbers[source]));
  }

  /** The permission may still be on its way: a host has just granted it, or this page has requested it. */
  private async waitUntilCanSend(source: GrantedSource): Promise<void> {
    if (this.canSend(source)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.room.localParticipant.off(ParticipantEvent.ParticipantPermissionsChanged, check);
        resolve();
      };
      const check = (): void => {
        if (this.canSend(source)) done();
      };
      const timer = setTimeout(done, permissionTimeout);
      this.room.localParticipant.on(ParticipantEvent.ParticipantPermissionsChanged, check);
    });
  }

  /** After a fresh connection, opens again what was open before. */
  private async republish(): Promise<void> {
    const { localParticipant } = this.room;
    const { microphone, camera } = this.desiredTracks;
    // A muted one is opened when it is unmuted.
    if (microphone === 'on' && this.canSend('microphone') && !this.localPublication(Track.Source.Microphone)) {
      try {
        await withDeviceErrors(() => localParticipant.setMicrophoneEnabled(true));
      } catch (error) {
        this.desiredTracks.microphone = 'off';
        this.handlers.deviceFailed('microphone', toDeviceFault(error));
      }
    }
    if (camera && !this.localPublication(Track.Source.Camera)) {
      try {
        await withDeviceErrors(() => localParticipant.setCameraEnabled(true));
      } catch (error) {
        this.desiredTracks.camera = false;
        this.handlers.deviceFailed('camera', toDeviceFault(error));
      }
    }
  }

  /** Applies the background before the first frame is sent, so that nobody sees the video without it. */
  private async applyBackground(tracks: LocalTrack[]): Promise<void> {
    const camera = tracks.find((track): track is LocalVideoTrack => track.kind === Track.Kind.Video);
    if (!camera || !this.backgroundEffect) return;
    const { applyEffect } = await import('./background');
    if (this.backgroundEffect) await applyEffect(camera, this.backgroundEffect, this.assets);
  }

  /** Loads what backgrounds need when the first one is chosen. */
  private async updateBackground(): Promise<void> {
    const track = this.localPublication(Track.Source.Camera)?.track as LocalVideoTrack | undefined;
    if (!track) return;
    if (this.backgroundEffect) {
      await this.applyBackground([track]);
    } else if (track.getProcessor()) {
      await track.stopProcessor();
    }
  }

  /** Sets at the media server who may receive the own video; audio is for all. */
  private limitAudience(): void {
    const { localParticipant, state } = this.room;
    if (state !== ConnectionState.Connected) return;
    const { identities, everybody } = this.audience;
    const sound = [...localParticipant.audioTrackPublications.values()].filter((p) => p.source === Track.Source.Microphone).map((p) => p.trackSid);
    const permissions = identities
      ? everybody.map((participantIdentity) => ({ participantIdentity, ...(identities.has(participantIdentity) ? { allowAll: true } : { allowedTrackSids: sound }) }))
      : [];
    const serialized = JSON.stringify([identities === null, permissions]);
    if (serialized === this.appliedPermissions || (identities === null && this.appliedPermissions === '')) return;
    this.appliedPermissions = serialized;
    localParticipant.setTrackSubscriptionPermissions(identities === null, permissions);
  }

  private localPublication(source: Track.Source): LocalTrackPublication | undefined {
    return this.room.localParticipant.getTrackPublication(source);
  }
}

function createRoom(): PrewarmedRoom {
  const retry = { delay: () => maxRetryDuration };
  const hooks: PrewarmedRoom['hooks'] = { beforePublish: () => Promise.resolve() };
  const room = new Room({
    adaptiveStream: { pixelDensity: 'screen' },
    dynacast: true,
    stopLocalTrackOnUnpublish: true,
    audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    videoCaptureDefaults: { resolution: VideoPresets.h720.resolution },
    publishDefaults: { simulcast: true, dtx: true, red: true, videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360] },
    reconnectPolicy: { nextRetryDelayInMs: ({ elapsedMs }) => (elapsedMs > maxRetryDuration ? null : retry.delay()) },
  });
  closeDroppedEngines(room);
  // LiveKit opens devices by these two only.
  const tracks = new OpenTracks();
  const { localParticipant } = room;
  const [create, createScreen] = [localParticipant.createTracks.bind(localParticipant), localParticipant.createScreenTracks.bind(localParticipant)];
  localParticipant.createTracks = (options) => tracks.track(create(options), (opened) => hooks.beforePublish(opened));
  localParticipant.createScreenTracks = (options) => tracks.track(createScreen(options));
  return { room, tracks, retry, hooks };
}

/** LiveKit sends an HTTP request when a WebSocket fails; if that succeeds, only WebSockets are blocked. */
function signalFailureStage(error: unknown): MediaStage {
  if (!(error instanceof ConnectionError)) return 'unreachable';
  if (error.reason === ConnectionErrorReason.NotAllowed) return 'refused';
  return error.reason === ConnectionErrorReason.InternalError || error.reason === ConnectionErrorReason.WebSocket ? 'socket' : 'unreachable';
}

/** The longest wait that is accepted from a server, in seconds. */
const maxWait = 30;

/** How long the server asks to wait, in milliseconds: a page cannot read why its WebSocket was refused, so it asks by HTTP. */
async function requestedWait(url: string, token: string): Promise<number> {
  try {
    const signal = AbortSignal.timeout(3_000);
    const { status, headers } = await fetch(`${url.replace(/^ws/, 'http').replace(/\/$/, '')}/rtc/validate`, { headers: { Authorization: `Bearer ${token}` }, signal });
    return status === 429 ? Math.min(Math.max(1, Number(headers.get('Retry-After')) || 0), maxWait) * 1_000 : 0;
  } catch {
    return 0;
  }
}

/** Audio of a known source only: a track with a mislabelled source is not played. */
function isSound({ kind, source }: TrackPublication): boolean {
  return kind === Track.Kind.Audio && (source === Track.Source.Microphone || source === Track.Source.ScreenShareAudio);
}

async function withDeviceErrors(open: () => Promise<unknown>): Promise<void> {
  try {
    await open();
  } catch (error) {
    throw new DeviceError(toDeviceFault(error), error instanceof Error ? error.message : String(error));
  }
}

function toDeviceFault(error: unknown): DeviceFault {
  if (error instanceof DeviceError) return error.fault;
  switch (MediaDeviceFailure.getFailure(error)) {
    case MediaDeviceFailure.PermissionDenied:
      return 'denied';
    case MediaDeviceFailure.NotFound:
      return 'missing';
    default:
      return 'failed';
  }
}
