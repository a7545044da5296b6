import { useRef, useState } from 'react';
import { bestGrid, pageCapacity, pageOf } from '../logic/grid';
import { tileOrder } from '../logic/order';
import { useElementSize } from '../primitives/useElementSize';
import { useMeeting, useOption } from '../state/context';
import { Tile } from '../tile/Tile';
import { Pager } from './Pager';
import { useFlipAnimation } from './useFlipAnimation';
import { useReportLayout } from './useReportLayout';

const NONE: readonly number[] = [];

/** Everybody in tiles of one size, in pages. */
export function GalleryStage() {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const tiles = useMeeting(tileOrder);
  const max = useOption('maximumVideosInGalleryView');
  const [selectedPage, setPage] = useState(0);

  const gap = width < 640 ? 6 : width > 2000 ? 16 : 10;
  const capacity = pageCapacity(width, height, gap, max);
  const { page, pages, items } = pageOf(tiles, selectedPage, capacity);
  // The last page keeps the size of the full ones, so that turning pages does not make tiles jump.
  const slots = pages > 1 ? capacity : items.length;
  const { columns, tileWidth, tileHeight } = bestGrid(width, height, slots, gap);

  useReportLayout('gallery', NONE, items);
  useFlipAnimation(box, items.join(), `${width}/${height}`);

  return (
    <div className="ar-gallery gallery-video-container__main-view" id="suspension-view-tabpanel-gallery">
      <div className="ar-gallery__box" ref={box}>
        <div className="ar-gallery__grid" style={{ gap, maxWidth: columns * tileWidth + (columns - 1) * gap + 1 }}>
          {tileWidth > 0 ? items.map((id) => <Tile key={id} userId={id} width={tileWidth} height={tileHeight} compact={tileWidth < 200} />) : null}
        </div>
      </div>
      <Pager page={page} pages={pages} onPage={setPage} />
    </div>
  );
}
