import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useView } from '../state/context';
import { addNotice } from '../state/ui-state';
import { lazyParts, loadLazyParts, type LazyParts } from './load';

/** The first pictures get so much time, in milliseconds, before the later parts are loaded. */
const preloadDelay = 300;

/** Loads the later parts ahead of the first click, once the page is inside. */
export function usePreloadedParts(inside: boolean): void {
  useEffect(() => {
    if (!inside) return;
    // What fails here is told when somebody opens it.
    const timer = setTimeout(() => void loadLazyParts().catch(() => undefined), preloadDelay);
    return () => clearTimeout(timer);
  }, [inside]);
}

interface LazyPartProps {
  /** What is closed, with a notice, if the parts cannot be had. */
  opened: 'dialog' | 'panel';
  children: (parts: LazyParts) => ReactNode;
}

/** Draws something of the later parts: at once where they are loaded. */
export function LazyPart({ opened, children }: LazyPartProps) {
  const { ui } = useView();
  const { parts } = useSyncExternalStore(lazyParts.subscribe, () => lazyParts.get());
  const missing = parts === null;
  useEffect(() => {
    if (!missing) return;
    let mounted = true;
    loadLazyParts().catch(() => {
      if (!mounted) return;
      ui.set({ [opened]: null });
      addNotice(ui, { level: 'error', key: 'notice.notLoaded' });
    });
    return () => {
      mounted = false;
    };
  }, [missing, opened, ui]);
  return parts && children(parts);
}
