import { useRef } from 'react';
import { useElementSize } from '../parts/useElementSize';
import { Tile } from '../tile/Tile';
import { FloatingTile } from './FloatingTile';
import { Strip } from './Strip';
import { useMain } from './useMain';

/** One big picture and the others small: floating for two people, in a strip for more. */
export function SpeakerStage({ alone = false }: { alone?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const { main, tiles } = useMain();
  const others = alone ? [] : tiles.filter((id) => id !== main);
  const side = width > 900 && width / Math.max(height, 1) > 1.5;
  const floating = others.length === 1 ? others[0] : undefined;

  return (
    <div ref={box} className={`ar-speaker${side ? ' ar-speaker--side' : ''} ${others.length === 0 ? 'single-main-container__main-view' : ''}`}>
      {others.length > 1 ? <Strip tiles={tiles} main={main} vertical={side} /> : null}
      <div className="ar-speaker__main speaker-active-container__video-frame">
        {main === null ? null : <Tile key={main} userId={main} className="ar-tile--main" />}
        {floating === undefined ? null : <FloatingTile userId={floating} bounds={box} />}
      </div>
    </div>
  );
}
