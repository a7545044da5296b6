import type { LocalTrackPublication, LocalVideoTrack, Participant as RoomParticipant, TrackPublication } from 'livekit-client';
import { ConnectionError, ConnectionErrorReason, ConnectionQuality, ConnectionState, DisconnectReason, getLogger, LocalTrack, LoggerNames, MediaDeviceFailure, ParticipantEvent, Room, RoomEvent, Track, VideoPresets } from 'livekit-client';
import type { MediaStatistics } from '../core/events';
import type { CreateMedia, DeviceFault, MediaEngine, MediaHandlers, MediaSettings, MediaStage } from '../core/media';
import { DeviceError, MediaError } from '../core/media';
import type { DeviceChoice, TriedBackground, VideoKind } from '../core/model';
import type { Backdrop } from './background';
import { closeDroppedEngines } from './dropped-engines';
import { IcePatience, iceState } from './ice-patience';
import { Measure } from './measure';
import { OpenTracks } from './open-tracks';
import { Pictures } from './pictures';
import { warmUp } from './warm-up';

/** The meeting gives up by itself; until then the library goes on. */
const retryFor = 60_000;
/** The media server's numbers of sources that may be sent. */
const sourceNumbers = { microphone: 2, screen: 3, screenSound: 4 } as const;
type Granted = keyof typeof sourceNumbers;
/** How long descriptions and candidates take after the media server's answer, until the browser needs the page no more. */
const negotiationTime = 70;
/** How long a right that a host gave may take to arrive. */
const rightsTime = 3_000;
/** LiveKit's words for the quality of a connection as the contract's levels. */
const qualityLevels: Partial<Record<ConnectionQuality, number>> = {
  [ConnectionQuality.Excellent]: 5,
  [ConnectionQuality.Good]: 3,
  [ConnectionQuality.Poor]: 1,
  [ConnectionQuality.Lost]: 0,
};
/**
 * Why the media server itself ends a connection: there is more behind it than a
 * broken line. One that stops is none of these: its pages reconnect.
 */
const serverReasons: ReadonlySet<DisconnectReason> = new Set([
  DisconnectReason.DUPLICATE_IDENTITY, DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.ROOM_DELETED, DisconnectReason.ROOM_CLOSED,
]);
/** While a connection ends, tracks end first; what is gone by itself shows after that. */
const settleTime = 250;
/**
 * Up to so many people, the media server itself subscribes a page to everybody:
 * one exchange less until the first picture than asking for each track. In a
 * larger meeting that would cost more than it saves, for most are on no tile.
 */
const smallCrowd = 12;

const assetsOf = (server: string): string => `${server}/sdk/background/`;

/** Made ahead of the join: that takes a slow page tens of milliseconds. */
let spare: Prepared | null = null;

/** A room, and how long it waits before each try to come back: known only when it gets its seat. */
interface Prepared {
  room: Room;
  tracks: OpenTracks;
  retry: { delay: () => number };
  /** What is done to tracks before anybody gets them. */
  dressing: { dress: (tracks: LocalTrack[]) => Promise<void> };
}

/** Gets the room of the next seat ready; connects to nothing. */
export function prepare(): void {
  spare ??= newRoom();
  void warmUp();
}

/** Puts a background into the picture of a camera that is tried out before a meeting. Loads what it needs. */
export async function tryBackground(stream: MediaStream, backdrop: Backdrop, server: string): Promise<TriedBackground> {
  const { tryBackdrop } = await import('./background');
  return tryBackdrop(stream, backdrop, assetsOf(server));
}

/** Makes the media engine of one seat on LiveKit. */
export const createMedia: CreateMedia = (handlers, settings) => {
  setLogLevel(settings.verbose ? 'info' : 'silent');
  return new LiveKitEngine(handlers, settings);
};

/** LiveKit calls its own end of a connection an error; the app hears of whatever matters. Nothing is kept in the app's storage. */
function setLogLevel(level: 'info' | 'silent'): void {
  for (const name of Object.values(LoggerNames)) getLogger(name).setLevel(level, false);
}

setLogLevel('silent');

class LiveKitEngine implements MediaEngine {
  private readonly room: Room;
  private readonly tracks: OpenTracks;
  private readonly pictures: Pictures;
  private readonly statistics: Measure;
  private readonly ice: IcePatience;
  private audience: { identities: ReadonlySet<string> | null; everybody: readonly string[] } = { identities: null, everybody: [] };
  private shownTo = '';
  private backdrop: Backdrop | null = null;
  /** What should be sent, so that a fresh connection sends it again. */
  private wanted: { microphone: 'off' | 'muted' | 'on'; camera: boolean; screen: boolean } = { microphone: 'off', camera: false, screen: false };
  private incoming = true;
  private closing = false;
  /** A try to connect tells its end by itself. */
  private connecting = false;
  private signalled = false;
  private readonly assets: string;

  constructor(
    private readonly handlers: MediaHandlers,
    settings: MediaSettings,
  ) {
    this.assets = assetsOf(settings.server);
    const { room, tracks, retry, dressing } = spare ?? newRoom();
    this.room = room;
    this.tracks = tracks;
    retry.delay = settings.retryDelay;
    dressing.dress = (opened) => this.dress(opened);
    spare = null;
    this.pictures = new Pictures(this.room);
    this.statistics = new Measure(this.room);
    this.ice = new IcePatience(() => iceState(this.room), {
      lost: () => handlers.reconnecting(),
      // While the connection is made anew, its own end of that counts.
      found: () => this.room.state === ConnectionState.Connected && handlers.connected(),
    });
    this.listen();
  }

  async connect(url: string, token: string, crowd: number): Promise<void> {
    this.closing = false;
    this.shownTo = '';
    this.connecting = true;
    this.signalled = false;
    try {
      await this.room.connect(url, token, { autoSubscribe: this.incoming && crowd <= smallCrowd, maxRetries: 1 });
    } catch (error) {
      const stage = this.signalled ? 'transport' : stageOfSignal(error);
      const wait = stage === 'socket' ? await waitAskedFor(url, token) : 0;
      throw new MediaError(wait ? 'limited' : stage, error instanceof Error ? error.message : String(error), wait);
    } finally {
      this.connecting = false;
    }
    this.ice.start();
    this.limitAudience();
    this.askForAll();
    this.handlers.canPlaySound(this.room.canPlaybackAudio);
    await this.sendAgain();
  }

  async disconnect(): Promise<void> {
    this.closing = true;
    this.wanted = { microphone: 'off', camera: false, screen: false };
    this.ice.stop();
    // At once, and what is not published yet as well: LiveKit stops neither while it takes its leave.
    this.tracks.closeAll();
    await this.room.disconnect(true);
  }

  async openMicrophone(deviceId: string): Promise<boolean> {
    if (!this.maySend('microphone')) {
      this.wanted.microphone = 'muted';
      return false;
    }
    await opening(() => this.room.localParticipant.setMicrophoneEnabled(true, deviceId ? { deviceId } : undefined));
    this.wanted.microphone = 'on';
    return true;
  }

  async muteMicrophone(muted: boolean, deviceId = ''): Promise<void> {
    this.wanted.microphone = muted ? 'muted' : 'on';
    if (!muted) await this.whenMaySend('microphone');
    await opening(() => this.room.localParticipant.setMicrophoneEnabled(!muted, deviceId ? { deviceId } : undefined));
  }

  async closeMicrophone(): Promise<void> {
    this.wanted.microphone = 'off';
    const publication = this.local(Track.Source.Microphone);
    if (publication?.track) await this.room.localParticipant.unpublishTrack(publication.track, true);
  }

  async setCamera(on: boolean, deviceId: string): Promise<void> {
    this.wanted.camera = on;
    try {
      await opening(() => this.room.localParticipant.setCameraEnabled(on, on && deviceId ? { deviceId } : undefined));
      // The light of the camera must go out, so the track is closed, not only muted.
      const track = this.local(Track.Source.Camera)?.track;
      if (!on && track) await this.room.localParticipant.unpublishTrack(track, true);
    } catch (error) {
      this.wanted.camera = false;
      throw error;
    }
  }

  cameraFacesAway(): boolean {
    const track = this.local(Track.Source.Camera)?.track;
    return track instanceof LocalTrack && track.getSourceTrackSettings().facingMode === 'environment';
  }

  async setScreen(on: boolean, options: { sound: boolean; motion: boolean }): Promise<boolean> {
    this.wanted.screen = on;
    try {
      if (on) await this.whenMaySend('screen');
      // Whoever was muted by a host shares the picture alone.
      const sound = options.sound && this.maySend('screenSound');
      await this.room.localParticipant.setScreenShareEnabled(on, {
        audio: sound,
        systemAudio: sound ? 'include' : 'exclude',
        selfBrowserSurface: 'exclude',
        contentHint: options.motion ? 'motion' : 'detail',
      });
      return on;
    } catch (error) {
      this.wanted.screen = false;
      // Closing the browser's picker looks like a refused permission.
      if (error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')) return false;
      throw error;
    }
  }

  async switchDevice(kind: 'microphone' | 'camera' | 'speaker', deviceId: string): Promise<void> {
    const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;
    await opening(() => this.room.switchActiveDevice(kinds[kind], deviceId || 'default', deviceId !== ''));
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
    this.incoming = on;
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.audioTrackPublications.values()) this.subscribeSound(publication);
    }
  }

  setVideoLimit(height: 360 | 720 | 1080): void {
    const { resolution } = { 360: VideoPresets.h360, 720: VideoPresets.h720, 1080: VideoPresets.h1080 }[height];
    this.room.options.videoCaptureDefaults = { ...this.room.options.videoCaptureDefaults, resolution };
  }

  async setBackground(backdrop: Backdrop | null): Promise<void> {
    const before = this.backdrop;
    this.backdrop = backdrop;
    try {
      await this.applyBackdrop();
    } catch (error) {
      this.backdrop = before;
      throw error;
    }
  }

  measure(): Promise<MediaStatistics[]> {
    return this.statistics.all();
  }

  showOnlyTo(identities: ReadonlySet<string> | null, everybody: readonly string[]): void {
    this.audience = { identities, everybody };
    this.limitAudience();
  }

  attach(identity: string, kind: VideoKind, element: HTMLVideoElement): () => void {
    return this.pictures.attach(identity, kind, element);
  }

  private listen(): void {
    const { room, handlers } = this;
    // Long before the connection stands, the server tells who is there.
    room.on(RoomEvent.SignalConnected, () => {
      this.signalled = true;
      handlers.answered();
      setTimeout(() => handlers.negotiated(), negotiationTime);
      this.askForAll();
    });
    room.on(RoomEvent.Reconnecting, () => handlers.reconnecting());
    room.on(RoomEvent.Reconnected, () => handlers.connected());
    room.on(RoomEvent.Disconnected, (reason) => {
      this.ice.stop();
      // Not asked for by this page's person: LiveKit leaves by itself when the browser puts a tab to sleep.
      if (this.closing || this.connecting) return;
      if (this.wanted.screen) {
        // A screen cannot be asked for again without the person.
        this.wanted.screen = false;
        handlers.sourceEnded('screen');
      }
      handlers.disconnected(reason !== undefined && serverReasons.has(reason));
    });
    room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => handlers.speaking(speakers.map((s) => s.identity)));
    room.on(RoomEvent.AudioPlaybackStatusChanged, () => handlers.canPlaySound(room.canPlaybackAudio));
    room.on(RoomEvent.MediaDevicesChanged, () => handlers.devicesChanged());
    room.on(RoomEvent.TrackPublished, (publication, participant) => {
      this.subscribeSound(publication);
      this.pictures.sync(participant.identity);
    });
    room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
      if (isSound(publication)) track.attach();
      else if (track.kind === Track.Kind.Video) {
        this.sync(publication, participant);
        this.pictures.dropUnlessWatched(participant.identity, publication);
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
      // Whoever may speak again a moment later was silenced all the same.
      const barred = !this.maySend('microphone');
      setTimeout(() => this.onLocalGone(publication, barred), settleTime);
    });
  }

  private askForAll(): void {
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) this.subscribeSound(publication);
    }
    this.pictures.syncAll();
  }

  private sync(_publication: TrackPublication, participant: RoomParticipant): void {
    this.pictures.sync(participant.identity);
  }

  private subscribeSound(publication: TrackPublication): void {
    if (!('setSubscribed' in publication) || !isSound(publication)) return;
    (publication as unknown as { setSubscribed(on: boolean): void }).setSubscribed(this.incoming);
  }

  /** A device was unplugged and there is no other: LiveKit mutes what it cannot open again. Or the server has muted it. */
  private onLocalMuted({ source, track }: TrackPublication): void {
    const { wanted, handlers, room } = this;
    if (!(track instanceof LocalTrack)) return;
    if (track.mediaStreamTrack.readyState !== 'ended') {
      if (source !== Track.Source.Microphone || wanted.microphone !== 'on') return;
      wanted.microphone = 'muted';
      handlers.silenced();
      return;
    }
    if (source === Track.Source.Camera && wanted.camera) {
      wanted.camera = false;
      handlers.sourceEnded('camera');
    } else if (source === Track.Source.Microphone && wanted.microphone === 'on') {
      wanted.microphone = 'off';
      handlers.sourceEnded('microphone');
    } else return;
    void room.localParticipant.unpublishTrack(track, true);
  }

  private onLocalGone(publication: LocalTrackPublication, barred: boolean): void {
    const { wanted, handlers } = this;
    // Published anew meanwhile: nothing is missing.
    if (this.closing || this.local(publication.source)) return;
    if (publication.source === Track.Source.ScreenShare && wanted.screen) {
      wanted.screen = false;
      handlers.sourceEnded('screen');
    } else if (publication.source === Track.Source.Camera && wanted.camera && this.room.state === ConnectionState.Connected) {
      wanted.camera = false;
      handlers.sourceEnded('camera');
    } else if (publication.source === Track.Source.Microphone && wanted.microphone !== 'off' && (barred || !this.maySend('microphone'))) {
      wanted.microphone = 'muted';
      handlers.silenced();
    } else if (publication.source === Track.Source.Microphone && wanted.microphone !== 'off' && this.room.state === ConnectionState.Connected) {
      wanted.microphone = 'off';
      handlers.sourceEnded('microphone');
    }
  }

  /** Whether the media server takes such a track of this page now. */
  private maySend(source: Granted): boolean {
    const { permissions } = this.room.localParticipant;
    if (!permissions) return true;
    const sources = permissions.canPublishSources;
    return permissions.canPublish && (sources.length === 0 || (sources as readonly number[]).includes(sourceNumbers[source]));
  }

  /** The right may be on its way: a host has just given it, or this page asked for it. */
  private async whenMaySend(source: Granted): Promise<void> {
    if (this.maySend(source)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.room.localParticipant.off(ParticipantEvent.ParticipantPermissionsChanged, check);
        resolve();
      };
      const check = (): void => {
        if (this.maySend(source)) done();
      };
      const timer = setTimeout(done, rightsTime);
      this.room.localParticipant.on(ParticipantEvent.ParticipantPermissionsChanged, check);
    });
  }

  /** After a fresh connection, opens again what was open before. */
  private async sendAgain(): Promise<void> {
    const { localParticipant } = this.room;
    const { microphone, camera } = this.wanted;
    // A muted one is opened when it is unmuted.
    if (microphone === 'on' && this.maySend('microphone') && !this.local(Track.Source.Microphone)) {
      try {
        await opening(() => localParticipant.setMicrophoneEnabled(true));
      } catch (error) {
        this.wanted.microphone = 'off';
        this.handlers.deviceFailed('microphone', faultOf(error));
      }
    }
    if (camera && !this.local(Track.Source.Camera)) {
      try {
        await opening(() => localParticipant.setCameraEnabled(true));
      } catch (error) {
        this.wanted.camera = false;
        this.handlers.deviceFailed('camera', faultOf(error));
      }
    }
  }

  /** Nobody sees the picture without its background, not even while the camera starts. */
  private async dress(tracks: LocalTrack[]): Promise<void> {
    const camera = tracks.find((track): track is LocalVideoTrack => track.kind === Track.Kind.Video);
    if (!camera || !this.backdrop) return;
    const { applyBackdrop } = await import('./background');
    if (this.backdrop) await applyBackdrop(camera, this.backdrop, this.assets);
  }

  /** Loads what backgrounds need when the first one is chosen. */
  private async applyBackdrop(): Promise<void> {
    const track = this.local(Track.Source.Camera)?.track as LocalVideoTrack | undefined;
    if (!track) return;
    if (this.backdrop) {
      await this.dress([track]);
    } else if (track.getProcessor()) {
      await track.stopProcessor();
    }
  }

  /** Tells the media server who may receive the own pictures; sound stays for all. */
  private limitAudience(): void {
    const { localParticipant, state } = this.room;
    if (state !== ConnectionState.Connected) return;
    const { identities, everybody } = this.audience;
    const sound = [...localParticipant.audioTrackPublications.values()].filter((p) => p.source === Track.Source.Microphone).map((p) => p.trackSid);
    const permissions = identities
      ? everybody.map((participantIdentity) => ({ participantIdentity, ...(identities.has(participantIdentity) ? { allowAll: true } : { allowedTrackSids: sound }) }))
      : [];
    const told = JSON.stringify([identities === null, permissions]);
    if (told === this.shownTo || (identities === null && this.shownTo === '')) return;
    this.shownTo = told;
    localParticipant.setTrackSubscriptionPermissions(identities === null, permissions);
  }

  private local(source: Track.Source): LocalTrackPublication | undefined {
    return this.room.localParticipant.getTrackPublication(source);
  }
}

function newRoom(): Prepared {
  const retry = { delay: () => retryFor };
  const dressing: Prepared['dressing'] = { dress: () => Promise.resolve() };
  const room = new Room({
    adaptiveStream: { pixelDensity: 'screen' },
    dynacast: true,
    stopLocalTrackOnUnpublish: true,
    audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    videoCaptureDefaults: { resolution: VideoPresets.h720.resolution },
    publishDefaults: { simulcast: true, dtx: true, red: true, videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360] },
    reconnectPolicy: { nextRetryDelayInMs: ({ elapsedMs }) => (elapsedMs > retryFor ? null : retry.delay()) },
  });
  closeDroppedEngines(room);
  // LiveKit opens devices by these two only.
  const tracks = new OpenTracks();
  const { localParticipant } = room;
  const [create, createScreen] = [localParticipant.createTracks.bind(localParticipant), localParticipant.createScreenTracks.bind(localParticipant)];
  localParticipant.createTracks = (options) => tracks.hold(create(options), (opened) => dressing.dress(opened));
  localParticipant.createScreenTracks = (options) => tracks.hold(createScreen(options));
  return { room, tracks, retry, dressing };
}

/** LiveKit asks the server by HTTP when a WebSocket fails; only if that is answered, the socket alone is at fault. */
function stageOfSignal(error: unknown): MediaStage {
  if (!(error instanceof ConnectionError)) return 'unreachable';
  if (error.reason === ConnectionErrorReason.NotAllowed) return 'refused';
  return error.reason === ConnectionErrorReason.InternalError || error.reason === ConnectionErrorReason.WebSocket ? 'socket' : 'unreachable';
}

/** The longest wait that a server is granted, in seconds. */
const longestWait = 30;

/** How long the server wants no connection, in milliseconds: a page cannot read why its WebSocket was refused, so it asks. */
async function waitAskedFor(url: string, token: string): Promise<number> {
  try {
    const signal = AbortSignal.timeout(3_000);
    const { status, headers } = await fetch(`${url.replace(/^ws/, 'http').replace(/\/$/, '')}/rtc/validate`, { headers: { Authorization: `Bearer ${token}` }, signal });
    return status === 429 ? Math.min(Math.max(1, Number(headers.get('Retry-After')) || 0), longestWait) * 1_000 : 0;
  } catch {
    return 0;
  }
}

/** Sound that is what it says it is: a picture's label on it plays nothing. */
function isSound({ kind, source }: TrackPublication): boolean {
  return kind === Track.Kind.Audio && (source === Track.Source.Microphone || source === Track.Source.ScreenShareAudio);
}

async function opening(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new DeviceError(faultOf(error), error instanceof Error ? error.message : String(error));
  }
}

function faultOf(error: unknown): DeviceFault {
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
