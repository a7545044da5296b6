import { useRef } from 'react';
import { pinnedOrSpotlit, tileOrder } from '../logic/order';
import { useElementSize } from '../primitives/useElementSize';
import { useMeeting, useOption } from '../state/context';
import { SharedScreen } from './SharedScreen';
import { Strip } from './Strip';
import { useReportLayout } from './useReportLayout';

const NONE: readonly number[] = [];

/** Somebody's screen, large, and the people in a strip beside or above it. */
export function ShareStage({ sharer }: { sharer: number }) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const tiles = useMeeting(tileOrder);
  const first = useMeeting(pinnedOrSpotlit);
  const isSelf = useMeeting((state) => state.self?.userId === sharer);
  const pure = useOption('showPureSharingContent') && !isSelf;
  const side = width > 720 && width / Math.max(height, 1) > 1.3;
  // Below this height people take more than they give while a screen is read.
  const withStrip = (height > 320 || side) && !pure;
  useReportLayout(withStrip ? null : 'speaker', NONE, NONE);

  return (
    <div ref={box} className={`ar-speaker ar-share video-share-layout${side ? ' ar-speaker--side' : ''}`}>
      {withStrip ? <Strip tiles={tiles} mains={NONE} first={first} vertical={side} view="speaker" /> : null}
      <SharedScreen sharer={sharer} />
    </div>
  );
}
