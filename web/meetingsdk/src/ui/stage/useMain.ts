import { useState } from 'react';
import { chooseMain, tileOrder } from '../logic/order';
import { useMeeting, useUi } from '../state/context';

/** Who fills the big picture now, steady while people talk across each other. */
export function useMain(): { main: number | null; tiles: readonly number[] } {
  const tiles = useMeeting(tileOrder);
  const active = useMeeting((state) => state.activeSpeakers);
  const selfId = useMeeting((state) => state.self?.userId);
  const pinned = useUi((state) => state.pinned);
  const [shown, setShown] = useState<number | null>(null);
  const main = chooseMain(tiles, active, selfId, shown, pinned);
  if (main !== shown) setShown(main);
  return { main, tiles };
}
