import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { IconButton } from '../primitives/IconButton';
import { focusedElementNear } from '../primitives/dom-root';
import { useT, useView } from '../state/context';

interface PanelProps {
  title: string;
  children: ReactNode;
  className?: string;
}

/** A panel at the side of the stage. It takes the focus when opened and gives it back when closed. */
export function Panel({ title, children, className = '' }: PanelProps) {
  const t = useT();
  const { ui } = useView();
  const box = useRef<HTMLElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const before = focusedElementNear(element);
    // On a phone the keyboard would cover what was opened.
    const touch = element.ownerDocument.defaultView?.matchMedia?.('(pointer: coarse)').matches ?? false;
    element.querySelector<HTMLElement>(touch ? 'button' : '[data-autofocus]')?.focus({ preventScroll: true });
    return () => {
      const at = before && focusedElementNear(before);
      if (before?.isConnected && (!at || element.contains(at))) before.focus({ preventScroll: true });
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') ui.set({ panel: null });
  };

  return (
    <aside ref={box} className={`ar-panel ${className}`} aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <header className="ar-panel__head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label={t('panel.close', { name: title })} onClick={() => ui.set({ panel: null })} />
      </header>
      {children}
    </aside>
  );
}
