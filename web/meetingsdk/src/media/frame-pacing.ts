/** The part of WebGL 2 that reports when the GPU is done. */
export interface GpuFences {
  readonly SYNC_GPU_COMMANDS_COMPLETE: number;
  readonly SYNC_STATUS: number;
  readonly SIGNALED: number;
  fenceSync(condition: number, flags: number): WebGLSync | null;
  getSyncParameter(sync: WebGLSync, name: number): unknown;
  deleteSync(sync: WebGLSync): void;
  flush(): void;
}

interface Frame {
  close(): void;
}

/** A frame that takes longer than this, in milliseconds, leaves too little time for the page. */
const slowFrame = 30;

/**
 * Processes a frame only when the one before is done, and after a slow one only when
 * the page has had as much time for everything else; frames in between are dropped.
 * Without it, a machine without a GPU, which needs longer for a frame than the
 * camera, would have no time left for the page.
 */
export function paced<Rest extends unknown[], F extends Frame>(
  process: (frame: F, ...rest: Rest) => Promise<void>,
  context: () => GpuFences | null | undefined,
  now: () => number = () => performance.now(),
): (frame: F, ...addCooldown: Rest) => Promise<void> {
  let began = 0;
  let cooldownUntil = 0;
  let busy = false;
  let pending: { gl: GpuFences; sync: WebGLSync; late: boolean } | null = null;

  const rest = (): void => {
    const took = now() - began;
    if (took > slowFrame) cooldownUntil = now() + took;
  };

  /** Whether the GPU has finished the last frame. */
  const isGpuDone = (): boolean => {
    if (!pending) return true;
    const { gl, sync, late } = pending;
    // A lost context never signals.
    if (gl === context() && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) {
      pending.late = true;
      return false;
    }
    gl.deleteSync(sync);
    pending = null;
    if (late) rest();
    return true;
  };

  return async (frame, ...others) => {
    if (busy || !isGpuDone() || now() < cooldownUntil) return frame.close();
    busy = true;
    began = now();
    try {
      await process(frame, ...others);
    } finally {
      busy = false;
      rest();
    }
    const gl = context();
    const sync = gl?.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!gl || !sync) return;
    gl.flush();
    pending = { gl, sync, late: false };
  };
}
