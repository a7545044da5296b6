import { useLayoutEffect, useState, type RefObject } from 'react';
import { showsWhole } from '../logic/fit';

/** Whether the picture of a video element is to be shown whole; looked at again when either changes its shape. */
export function useShowsWhole(video: RefObject<HTMLVideoElement | null>, wanted: boolean): boolean {
  const [whole, setWhole] = useState(false);
  useLayoutEffect(() => {
    const element = video.current;
    if (!element || !wanted) return;
    const look = () => setWhole(showsWhole({ width: element.videoWidth, height: element.videoHeight }, { width: element.clientWidth, height: element.clientHeight }));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('resize', look);
    return () => {
      observer.disconnect();
      element.removeEventListener('resize', look);
      setWhole(false);
    };
  }, [video, wanted]);
  return whole;
}
