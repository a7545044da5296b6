import { expect, it, vi } from 'vitest';
import { OpenTracks } from '../src/media/open-tracks';

const track = () => ({ mediaStreamTrack: { readyState: 'live' as MediaStreamTrackState }, stop: vi.fn() });

it('ends what is open, and what opens only after the end, but not what the next connection opens', async () => {
  const tracks = new OpenTracks();
  const [early, late, next] = [track(), track(), track()];
  await tracks.track(Promise.resolve([early]));
  let answer: (opened: ReturnType<typeof track>[]) => void = () => undefined;
  const opening = tracks.track(new Promise<ReturnType<typeof track>[]>((resolve) => (answer = resolve)));
  tracks.closeAll();
  expect(early.stop).toHaveBeenCalledOnce();
  await tracks.track(Promise.resolve([next]));
  answer([late]);
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  expect(late.stop).toHaveBeenCalledOnce();
  expect(next.stop).not.toHaveBeenCalled();
});

it('ends what could not be made ready', async () => {
  const camera = track();
  await expect(new OpenTracks().track(Promise.resolve([camera]), () => Promise.reject(new Error('no background')))).rejects.toThrow('no background');
  expect(camera.stop).toHaveBeenCalledOnce();
});
