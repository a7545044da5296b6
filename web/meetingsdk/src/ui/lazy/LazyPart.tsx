import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useView } from '../state/context';
import { addNotice } from '../state/ui-state';
import { lazyParts, loadLazyParts, type LazyParts } from './load';

/** How long the first video gets, in milliseconds, before the lazy parts are loaded. */
const preloadDelay = 300;

/** Loads the lazy parts ahead of the first click, once the page has joined. */
export function usePreloadedParts(inside: boolean): void {
  useEffect(() => {
    if (!inside) return;
    // A failure is reported when a user opens one of them.
    const timer = setTimeout(() => void loadLazyParts().catch(() => undefined), preloadDelay);
    return () => clearTimeout(timer);
  }, [inside]);
}

interface LazyPartProps {
  /** What is closed, with a notice, if the parts cannot be loaded. */
  opened: 'dialog' | 'panel';
  children: (parts: LazyParts) => ReactNode;
}

/** Renders one of the lazy parts: at once if they are loaded. */
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
