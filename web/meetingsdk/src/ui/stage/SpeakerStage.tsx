import { useRef } from 'react';
import { bestGrid } from '../logic/grid';
import { useElementSize } from '../primitives/useElementSize';
import { Tile } from '../tile/Tile';
import { FloatingTile } from './FloatingTile';
import { Strip } from './Strip';
import { useActiveSpeaker } from './useActiveSpeaker';
import { useFlipAnimation } from './useFlipAnimation';
import { useReportLayout } from './useReportLayout';

const GAP = 8;
/** Below this height, in CSS pixels, the others take more than they give. */
const LOW = 160;

/** One large video, or the pinned ones, and the others small: floating for two participants, in a strip for more. */
export function SpeakerStage({ alone = false }: { alone?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const room = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const place = useElementSize(room);
  const { mains, tiles } = useActiveSpeaker();
  const others = alone ? [] : tiles.filter((id) => !mains.includes(id));
  const side = width > 900 && width / Math.max(height, 1) > 1.5;
  const floating = others.length === 1 && mains.length === 1 ? others[0] : undefined;
  const several = mains.length > 1;
  const { tileWidth, tileHeight } = bestGrid(place.width, place.height, mains.length, GAP);
  useFlipAnimation(room, several ? mains.join() : '', `${place.width}/${place.height}`);
  const view = alone ? 'active' : several ? 'multiSpeaker' : 'speaker';
  const low = height > 0 && height < LOW && !side;
  const withStrip = others.length > 0 && floating === undefined && !low;
  useReportLayout(withStrip ? null : view, mains, floating === undefined ? [] : others);

  return (
    <div ref={box} className={`ar-speaker${side ? ' ar-speaker--side' : ''} ${others.length === 0 ? 'single-main-container__main-view' : ''}`}>
      {withStrip ? <Strip tiles={tiles} mains={mains} vertical={side} view={view} /> : null}
      <div ref={room} className={`ar-speaker__main${several ? ' ar-speaker__main--several' : ''} speaker-active-container__video-frame`} style={several ? { gap: GAP } : undefined}>
        {several
          ? tileWidth > 0 ? mains.map((id) => <Tile key={id} userId={id} width={tileWidth} height={tileHeight} />) : null
          : mains.map((id) => <Tile key={id} userId={id} className="ar-tile--main" />)}
        {floating === undefined ? null : <FloatingTile userId={floating} bounds={box} />}
      </div>
    </div>
  );
}
