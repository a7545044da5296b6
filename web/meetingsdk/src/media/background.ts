import type { LocalVideoTrack } from 'livekit-client';
import { Track } from 'livekit-client';
import { BackgroundProcessor } from '@livekit/track-processors';
import type { TriedBackground } from '../core/model';
import { paced } from './pace';

/** What is shown behind the person. */
export type Backdrop = { blur: true } | { image: string };

type Processor = ReturnType<typeof BackgroundProcessor>;

const blurRadius = 12;
const mode = (backdrop: Backdrop) =>
  'image' in backdrop ? ({ mode: 'virtual-background', imagePath: backdrop.image } as const) : ({ mode: 'background-blur', blurRadius } as const);

/** `assets` is where the model and its WebAssembly are, with a slash at the end. */
function processorOf(backdrop: Backdrop, assets: string): Processor {
  const assetPaths = { tasksVisionFileSet: `${assets}wasm`, modelAssetPath: `${assets}selfie_segmentation.tflite` };
  const processor = BackgroundProcessor({ ...mode(backdrop), assetPaths });
  const { transformer } = processor;
  // The library lets the first frame through as it is, with what the person wants hidden.
  transformer.isFirstFrame = false;
  transformer.transform = paced(transformer.transform.bind(transformer), () => transformer.gl && transformer.canvas?.getContext('webgl2'));
  return processor;
}

/**
 * Puts a backdrop behind the person of a camera's picture; another one takes
 * its place without a gap.
 */
export async function applyBackdrop(track: LocalVideoTrack, backdrop: Backdrop, assets: string): Promise<void> {
  const present = track.getProcessor() as Processor | undefined;
  if (present) return present.switchTo(mode(backdrop));
  await track.setProcessor(processorOf(backdrop, assets));
}

/** The same picture with a backdrop, of a camera that no meeting has opened. */
export async function tryBackdrop(stream: MediaStream, backdrop: Backdrop, assets: string): Promise<TriedBackground> {
  const [track] = stream.getVideoTracks();
  if (!track) throw new Error('the camera is closed');
  // Browsers without streams of frames take them from an element that plays.
  const element = document.createElement('video');
  element.muted = true;
  element.playsInline = true;
  element.srcObject = stream;
  element.play().catch(() => undefined);
  const processor = processorOf(backdrop, assets);
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
