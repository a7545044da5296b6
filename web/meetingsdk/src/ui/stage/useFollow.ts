import { useEffect, useRef } from 'react';
import { chosenMains } from '../logic/order';
import { useMeeting, useView } from '../state/context';

/**
 * A pin or a spotlight takes a page from the gallery to the large picture, and
 * back at its end. Whoever chooses the gallery meanwhile keeps it.
 */
export function useFollow(): void {
  const { ui } = useView();
  const chosen = useMeeting((state) => chosenMains(state).length > 0);
  const taken = useRef(false);
  useEffect(() => {
    const { layout } = ui.get();
    if (chosen && layout === 'gallery') {
      taken.current = true;
      ui.set({ layout: 'speaker' });
    } else if (!chosen && taken.current) {
      taken.current = false;
      if (layout === 'speaker') ui.set({ layout: 'gallery' });
    }
  }, [chosen, ui]);
}
