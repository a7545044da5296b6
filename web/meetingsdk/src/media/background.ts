import type { LocalVideoTrack } from 'livekit-client';
import { BackgroundProcessor } from '@livekit/track-processors';

/** What is shown behind the person. */
export type Backdrop = { blur: true } | { image: string };

type Processor = ReturnType<typeof BackgroundProcessor>;

const blurRadius = 12;
const mode = (backdrop: Backdrop) =>
  'image' in backdrop ? ({ mode: 'virtual-background', imagePath: backdrop.image } as const) : ({ mode: 'background-blur', blurRadius } as const);

/**
 * Puts a backdrop behind the person of a camera's picture; another one takes
 * its place without a gap. `assets` is where the model and its WebAssembly are,
 * with a slash at the end.
 */
export async function applyBackdrop(track: LocalVideoTrack, backdrop: Backdrop, assets: string): Promise<void> {
  const present = track.getProcessor() as Processor | undefined;
  if (present) return present.switchTo(mode(backdrop));
  const assetPaths = { tasksVisionFileSet: `${assets}wasm`, modelAssetPath: `${assets}selfie_segmentation.tflite` };
  await track.setProcessor(BackgroundProcessor({ ...mode(backdrop), assetPaths }));
}
