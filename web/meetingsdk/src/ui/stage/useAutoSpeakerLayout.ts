import { useEffect, useRef } from 'react';
import { pinnedOrSpotlit } from '../logic/order';
import { useMeeting, useView } from '../state/context';

/**
 * A pin or a spotlight takes a page from the gallery to the large picture, and
 * back at its end. A user who selects the gallery meanwhile stays in it.
 */
export function useAutoSpeakerLayout(): void {
  const { ui } = useView();
  const chosen = useMeeting((state) => pinnedOrSpotlit(state).length > 0);
  const switched = useRef(false);
  useEffect(() => {
    const { layout } = ui.get();
    if (chosen && layout === 'gallery') {
      switched.current = true;
      ui.set({ layout: 'speaker' });
    } else if (!chosen && switched.current) {
      switched.current = false;
      if (layout === 'speaker') ui.set({ layout: 'gallery' });
    }
  }, [chosen, ui]);
}
