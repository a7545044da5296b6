import { useEffect, useRef, type RefObject } from 'react';

/** How often the blurred sides are updated, in milliseconds. */
const EVERY_MS = 250;
const WIDTH = 32;

/** The blurred video on both sides of one that does not fill its box. */
export function BlurredSides({ video, mirrored }: { video: RefObject<HTMLVideoElement | null>; mirrored: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => {
      const [from, to] = [video.current, canvas.current];
      if (!from?.videoWidth || !to || to.ownerDocument.hidden) return;
      const height = Math.max(1, Math.round((WIDTH * from.videoHeight) / from.videoWidth));
      if (to.height !== height) to.height = height;
      to.getContext('2d')?.drawImage(from, 0, 0, WIDTH, height);
    };
    draw();
    const timer = setInterval(draw, EVERY_MS);
    return () => clearInterval(timer);
  }, [video]);
  return <canvas ref={canvas} width={WIDTH} className={`ar-sides${mirrored ? ' ar-video--mirrored' : ''}`} aria-hidden="true" />;
}
