import { sharerOf } from '../logic/order';
import { useMeeting, useUi } from '../state/context';

/** Whose screen is shown now; null while nobody shares. */
export function useSharer(): number | null {
  const chosen = useUi((state) => state.sharer);
  return useMeeting((state) => sharerOf(state, chosen));
}
