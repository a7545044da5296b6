import { useEffect, useState } from 'react';
import { useView } from '../state/context';

/** How long nothing has to happen until the page is at rest, in milliseconds. */
const REST_MS = 3_000;

/** Whether the person did something on the page a moment ago. Always true unless `watched`. */
export function useAwake(watched: boolean): boolean {
  const { layer } = useView();
  const [rests, setRests] = useState(false);

  useEffect(() => {
    const document = layer()?.ownerDocument;
    if (!watched || !document) return;
    const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    let timer: ReturnType<typeof setTimeout>;
    const wake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setRests(true), REST_MS);
      setRests(false);
    };
    wake();
    for (const sign of signs) document.addEventListener(sign, wake, true);
    return () => {
      clearTimeout(timer);
      for (const sign of signs) document.removeEventListener(sign, wake, true);
    };
  }, [watched, layer]);

  return !watched || !rests;
}
