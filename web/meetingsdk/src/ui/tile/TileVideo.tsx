import { memo, useLayoutEffect, useRef } from 'react';
import type { VideoKind } from '../../core/model';
import { useActions } from '../state/context';
import { BlurredSides } from './BlurredSides';
import { useShouldContain } from './useShouldContain';

interface TileVideoProps {
  userId: number;
  kind: VideoKind;
  mirrored?: boolean;
  /** Contain the video where covering the box would crop too much. */
  contain?: boolean;
  label?: string;
}

/**
 * One video. It is subscribed only while this element is on the page, so
 * participants on other pages of the gallery cost no bandwidth.
 */
export const TileVideo = memo(function TileVideo({ userId, kind, mirrored = false, contain = false, label }: TileVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  const actions = useActions();
  const fitted = useShouldContain(video, contain);

  // Before the paint, not after it: the first frame then comes with it or right behind.
  useLayoutEffect(() => {
    const element = video.current;
    if (!element) return;
    return actions.attachVideo(userId, kind, element);
  }, [actions, userId, kind]);

  return (
    <>
      {fitted ? <BlurredSides video={video} mirrored={mirrored} /> : null}
      <video
        ref={video}
        className={`ar-video ar-video--${kind}${mirrored ? ' ar-video--mirrored' : ''}${fitted ? ' ar-video--whole' : ''}`}
        aria-label={label}
        aria-hidden={label ? undefined : true}
        autoPlay
        playsInline
        muted
      />
    </>
  );
});
