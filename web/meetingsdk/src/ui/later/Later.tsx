import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useView } from '../state/context';
import { addNotice } from '../state/ui-state';
import { later, loadLater, type LaterParts } from './load';

/** The first pictures get so much time, in milliseconds, before the later parts are loaded. */
const picturesFirst = 300;

/** Loads the later parts ahead of the first click, once the page is inside. */
export function usePreloadedParts(inside: boolean): void {
  useEffect(() => {
    if (!inside) return;
    // What fails here is told when somebody opens it.
    const timer = setTimeout(() => void loadLater().catch(() => undefined), picturesFirst);
    return () => clearTimeout(timer);
  }, [inside]);
}

interface LaterProps {
  /** What is closed, with a notice, if the parts cannot be had. */
  opened: 'dialog' | 'panel';
  children: (parts: LaterParts) => ReactNode;
}

/** Draws something of the later parts: at once where they are loaded. */
export function Later({ opened, children }: LaterProps) {
  const { ui } = useView();
  const { parts } = useSyncExternalStore(later.subscribe, () => later.get());
  const missing = parts === null;
  useEffect(() => {
    if (!missing) return;
    let wanted = true;
    loadLater().catch(() => {
      if (!wanted) return;
      ui.set({ [opened]: null });
      addNotice(ui, { level: 'error', key: 'notice.notLoaded' });
    });
    return () => {
      wanted = false;
    };
  }, [missing, opened, ui]);
  return parts && children(parts);
}
