import { useState } from 'react';
import { selectActiveSpeaker, pinnedOrSpotlit, tileOrder } from '../logic/order';
import { useMeeting } from '../state/context';

/**
 * Who fills the large places now: those pinned or in the spotlight, else
 * whoever speaks, steady while people talk across each other.
 */
export function useActiveSpeaker(): { main: number | null; mains: readonly number[]; tiles: readonly number[] } {
  const tiles = useMeeting(tileOrder);
  const chosen = useMeeting(pinnedOrSpotlit);
  const active = useMeeting((state) => state.activeSpeakers);
  const selfId = useMeeting((state) => state.self?.userId);
  const [current, setCurrent] = useState<number | null>(null);
  const main = chosen[0] ?? selectActiveSpeaker(tiles, active, selfId, current);
  if (main !== current) setCurrent(main);
  return { main, mains: chosen.length > 0 ? chosen : main === null ? [] : [main], tiles };
}
