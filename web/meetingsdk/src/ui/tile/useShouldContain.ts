import { useLayoutEffect, useState, type RefObject } from 'react';
import { shouldContain } from '../logic/fit';

/** Whether a video element should contain its video instead of cropping it; updated when either changes its size. */
export function useShouldContain(video: RefObject<HTMLVideoElement | null>, enabled: boolean): boolean {
  const [contain, setContain] = useState(false);
  useLayoutEffect(() => {
    const element = video.current;
    if (!element || !enabled) return;
    const update = () => setContain(shouldContain({ width: element.videoWidth, height: element.videoHeight }, { width: element.clientWidth, height: element.clientHeight }));
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('resize', update);
    return () => {
      observer.disconnect();
      element.removeEventListener('resize', update);
      setContain(false);
    };
  }, [video, enabled]);
  return contain;
}
