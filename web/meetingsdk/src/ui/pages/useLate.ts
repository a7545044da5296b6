import { useEffect, useState } from 'react';

/** A join that takes less is not worth a page: it would only flash, and draw while the media connect. */
const shownAfter = 250;

/** Whether `on` has lasted for a moment. */
export function useLate(on: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLate(true), shownAfter);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [on]);
  return on && late;
}
