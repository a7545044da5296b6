/** How a gallery of equal tiles is laid out. Lengths are CSS pixels. */
export interface Grid {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

const WIDE: readonly number[] = [16 / 9];
/** A tall stage wastes half its area on wide tiles, so squarer and upright ones may win there. */
const TALL: readonly number[] = [16 / 9, 4 / 3, 1, 3 / 4];

/**
 * Finds the columns and the tile size that give `count` tiles the largest area
 * inside `width` × `height`. On a tie the earlier, wider candidate stays.
 */
export function bestGrid(width: number, height: number, count: number, gap: number): Grid {
  const none: Grid = { columns: 1, rows: 1, tileWidth: 0, tileHeight: 0 };
  if (count < 1 || width <= 0 || height <= 0) return none;
  let best = none;
  for (const aspect of height > width ? TALL : WIDE) {
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const roomX = (width - gap * (columns - 1)) / columns;
      const roomY = (height - gap * (rows - 1)) / rows;
      if (roomX <= 0 || roomY <= 0) continue;
      const tileWidth = Math.floor(Math.min(roomX, roomY * aspect));
      const tileHeight = Math.floor(tileWidth / aspect);
      if (tileWidth * tileHeight > best.tileWidth * best.tileHeight) {
        best = { columns, rows, tileWidth, tileHeight };
      }
    }
  }
  return best;
}

/** The narrowest tile on which a name can still be read. */
export const MIN_TILE_WIDTH = 104;

/**
 * The most tiles one page may hold: `most` (25 at the utmost), 9 on a small
 * stage, and fewer where tiles would fall below {@link MIN_TILE_WIDTH}.
 */
export function pageCapacity(width: number, height: number, gap: number, max: number): number {
  const small = Math.min(width, height) < 480 || width < 640;
  let capacity = Math.max(1, Math.min(Math.floor(max) || 25, 25, small ? 9 : 25));
  while (capacity > 1 && bestGrid(width, height, capacity, gap).tileWidth < MIN_TILE_WIDTH) capacity--;
  return capacity;
}

/** Page `page` of `items`, and how many pages there are; a page past the end becomes the last one. */
export function pageOf<T>(items: readonly T[], page: number, capacity: number): { page: number; pages: number; items: readonly T[] } {
  const pages = Math.max(1, Math.ceil(items.length / capacity));
  const at = Math.min(Math.max(0, page), pages - 1);
  return { page: at, pages, items: items.slice(at * capacity, (at + 1) * capacity) };
}
