import { useState } from 'react';
import { chooseMain, chosenMains, tileOrder } from '../logic/order';
import { useMeeting } from '../state/context';

/**
 * Who fills the large places now: those pinned or in the spotlight, else
 * whoever speaks, steady while people talk across each other.
 */
export function useMain(): { main: number | null; mains: readonly number[]; tiles: readonly number[] } {
  const tiles = useMeeting(tileOrder);
  const chosen = useMeeting(chosenMains);
  const active = useMeeting((state) => state.activeSpeakers);
  const selfId = useMeeting((state) => state.self?.userId);
  const [shown, setShown] = useState<number | null>(null);
  const main = chosen[0] ?? chooseMain(tiles, active, selfId, shown);
  if (main !== shown) setShown(main);
  return { main, mains: chosen.length > 0 ? chosen : main === null ? [] : [main], tiles };
}
