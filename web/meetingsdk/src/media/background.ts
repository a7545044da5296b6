import type { LocalVideoTrack } from 'livekit-client';
import { Track } from 'livekit-client';
import { BackgroundProcessor } from '@livekit/track-processors';
import type { BackgroundPreview } from '../core/model';
import { paced } from './frame-pacing';

/** What is shown behind the user. */
export type BackgroundEffect = { blur: true } | { image: string };

type Processor = ReturnType<typeof BackgroundProcessor>;

const blurRadius = 12;
const mode = (effect: BackgroundEffect) =>
  'image' in effect ? ({ mode: 'virtual-background', imagePath: effect.image } as const) : ({ mode: 'background-blur', blurRadius } as const);

/** `assets` is where the model and its WebAssembly are, with a slash at the end. */
function createProcessor(effect: BackgroundEffect, assets: string): Processor {
  const assetPaths = { tasksVisionFileSet: `${assets}wasm`, modelAssetPath: `${assets}selfie_segmentation.tflite` };
  const processor = BackgroundProcessor({ ...mode(effect), assetPaths });
  const { transformer } = processor;
  // The library passes the first frame through unprocessed, which would show the real background.
  transformer.isFirstFrame = false;
  transformer.transform = paced(transformer.transform.bind(transformer), () => transformer.gl && transformer.canvas?.getContext('webgl2'));
  return processor;
}

/**
 * Applies a background to a camera track; a further one replaces it without a gap.
 */
export async function applyEffect(track: LocalVideoTrack, effect: BackgroundEffect, assets: string): Promise<void> {
  const present = track.getProcessor() as Processor | undefined;
  if (present) return present.switchTo(mode(effect));
  await track.setProcessor(createProcessor(effect, assets));
}

/** Applies a background to a camera stream that no meeting uses yet. */
export async function createPreview(stream: MediaStream, effect: BackgroundEffect, assets: string): Promise<BackgroundPreview> {
  const [track] = stream.getVideoTracks();
  if (!track) throw new Error('the camera is closed');
  // Browsers without streams of frames take them from an element that plays.
  const element = document.createElement('video');
  element.muted = true;
  element.playsInline = true;
  element.srcObject = stream;
  element.play().catch(() => undefined);
  const processor = createProcessor(effect, assets);
  const stop = (): void => {
    element.srcObject = null;
    void processor.destroy();
  };
  try {
    await processor.init({ kind: Track.Kind.Video, track, element });
  } catch (error) {
    stop();
    throw error;
  }
  const { processedTrack } = processor;
  return { stream: new MediaStream(processedTrack ? [processedTrack] : []), stop };
}
