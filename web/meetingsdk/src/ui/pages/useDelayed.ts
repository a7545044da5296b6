import { useEffect, useState } from 'react';

/** A join that takes less needs no page: it would only flash, and render while media connect. */
const delay = 250;

/** Whether `on` has been true for a moment. */
export function useDelayed(on: boolean): boolean {
  const [delayed, setDelayed] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setDelayed(true), delay);
    return () => {
      clearTimeout(timer);
      setDelayed(false);
    };
  }, [on]);
  return on && delayed;
}
