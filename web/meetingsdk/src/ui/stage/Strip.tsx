import { useRef, useState } from 'react';
import type { VideoLayout } from '../../core/model';
import { pageOf } from '../logic/grid';
import { stripOrder } from '../logic/order';
import { useElementSize } from '../primitives/useElementSize';
import { useT } from '../state/context';
import { Tile } from '../tile/Tile';
import { Pager } from './Pager';
import { useFlipAnimation } from './useFlipAnimation';
import { useReportLayout } from './useReportLayout';

interface StripProps {
  tiles: readonly number[];
  /** Those on the large places; they are not shown again. */
  mains: readonly number[];
  /** Those who come before all others. */
  first?: readonly number[];
  vertical: boolean;
  /** The layout it is part of: only the strip knows who is on its page. */
  view: VideoLayout['view'];
}

/** Small tiles beside the big picture, as many as fit, in pages. */
export function Strip({ tiles, mains, first, vertical, view }: StripProps) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const [selectedPage, setPage] = useState(0);
  const [order, setOrder] = useState<readonly number[]>([]);
  const next = stripOrder(order, tiles, mains, first);

  if (order.length !== next.length || order.some((id, i) => id !== next[i])) setOrder(next);

  const gap = 8;
  const room = vertical ? height : width;
  const ideal = Math.floor(vertical ? (width * 9) / 16 : (height * 16) / 9);
  // One more fits when all become a little shorter; better than an empty end of the strip.
  const capacity = Math.max(1, Math.min(25, Math.floor((room + gap) / Math.max(ideal * 0.8 + gap, 1))));
  const length = Math.min(ideal, Math.floor((room - gap * (capacity - 1)) / capacity));
  const tileWidth = vertical ? width : length;
  const tileHeight = vertical ? length : height;
  const { page, pages, items } = pageOf(next, selectedPage, capacity);

  const drawn = tileWidth > 0 && tileHeight > 0;
  useReportLayout(drawn ? view : null, mains, items);
  useFlipAnimation(box, items.join(), `${tileWidth}/${tileHeight}`);

  return (
    <div className={`ar-strip${vertical ? ' ar-strip--vertical' : ''}`} role="group" aria-label={t('stage.others')}>
      <div className="ar-strip__box" ref={box}>
        {drawn ? items.map((id) => <Tile key={id} userId={id} compact width={tileWidth} height={tileHeight} />) : null}
      </div>
      <Pager page={page} pages={pages} onPage={setPage} vertical={vertical} />
    </div>
  );
}
