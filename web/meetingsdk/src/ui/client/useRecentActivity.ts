import { useEffect, useState } from 'react';
import { useView } from '../state/context';

/** How long nothing has to happen until the page is at rest, in milliseconds. */
const IDLE_MS = 3_000;

/** Whether the person did something on the page a moment ago. Always true unless `watched`. */
export function useRecentActivity(enabled: boolean): boolean {
  const { layer } = useView();
  const [idle, setIdle] = useState(false);

  useEffect(() => {
    const document = layer()?.ownerDocument;
    if (!enabled || !document) return;
    const activityEvents = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    let timer: ReturnType<typeof setTimeout>;
    const onActivity = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), IDLE_MS);
      setIdle(false);
    };
    onActivity();
    for (const event of activityEvents) document.addEventListener(event, onActivity, true);
    return () => {
      clearTimeout(timer);
      for (const sign of activityEvents) document.removeEventListener(sign, onActivity, true);
    };
  }, [enabled, layer]);

  return !enabled || !idle;
}
