import { expect, it, vi } from 'vitest';
import { type GpuFences, paced } from '../src/media/frame-pacing';

const frame = () => ({ close: vi.fn() });
const sync = {} as WebGLSync;

/** Feeds a frame every 33 ms for a second; each keeps the page busy for `page` and the GPU for `graphics` milliseconds. */
async function aSecond(page: number, graphics: number): Promise<{ processed: number; closed: number; busy: number }> {
  let time = 0;
  let drawnAt = 0;
  let busy = 0;
  const gl: GpuFences = {
    SYNC_GPU_COMMANDS_COMPLETE: 1, SYNC_STATUS: 2, SIGNALED: 3,
    fenceSync: () => sync, flush: () => undefined, deleteSync: () => undefined, getSyncParameter: () => (time >= drawnAt ? 3 : 4),
  };
  const frames: ReturnType<typeof frame>[] = [];
  const process = vi.fn(async () => {
    time += page;
    busy += page;
    drawnAt = time + graphics;
  });
  const feed = paced(process, () => gl, () => time);
  while (time < 1_000) {
    frames.push(frame());
    const started = time;
    await feed(frames.at(-1) as ReturnType<typeof frame>);
    time = Math.max(time, started + 33);
  }
  return { processed: process.mock.calls.length, closed: frames.filter(({ close }) => close.mock.calls.length > 0).length, busy };
}

it.each([
  ['a quick machine processes every frame', 8, 12, 31, 0],
  ['a slow page gets half of the time for itself', 100, 0, 6, 600],
  ['a slow graphics processor is not given more than it can draw', 5, 250, 3, 15],
])('%s', async (_, page, graphics, most, busy) => {
  const result = await aSecond(page, graphics);
  expect(result.processed).toBeLessThanOrEqual(most);
  expect(result.processed).toBeGreaterThanOrEqual(Math.min(most, 2));
  if (busy) expect(result.busy).toBeLessThanOrEqual(busy);
  else expect(result.closed).toBe(0);
});

it('goes on after a frame that fails, and after a lost context', async () => {
  let context: GpuFences | null = { SYNC_GPU_COMMANDS_COMPLETE: 1, SYNC_STATUS: 2, SIGNALED: 3, fenceSync: () => sync, flush: () => undefined, deleteSync: () => undefined, getSyncParameter: () => 4 };
  const process = vi.fn(() => Promise.resolve());
  const feed = paced(process, () => context, () => 0);
  process.mockRejectedValueOnce(new Error('x'));
  await expect(feed(frame())).rejects.toThrow('x');
  await feed(frame());
  await feed(frame());
  expect(process).toHaveBeenCalledTimes(2);
  context = null;
  await feed(frame());
  expect(process).toHaveBeenCalledTimes(3);
});
