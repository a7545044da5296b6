import { useEffect, useState } from 'react';
import { useView } from '../state/context';

/** After how long without input the page is idle, in milliseconds. */
const IDLE_MS = 3_000;

/** Whether the user did something on the page recently. Always true unless `enabled`. */
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
