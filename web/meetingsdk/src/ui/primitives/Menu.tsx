import { useEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import type { Placement } from '../logic/placement';
import { Popover } from './Popover';
import { focusedElementNear } from './dom-root';

interface MenuProps {
  anchor: RefObject<HTMLElement | null>;
  label: string;
  onClose: () => void;
  placement?: Placement;
  children: ReactNode;
}

const ITEMS = '[role^="menuitem"]:not([aria-disabled="true"])';

/** A menu with arrow keys, Home, End and first letters; the focus goes back to its button. */
export function Menu({ anchor, label, onClose, placement = 'top', children }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const from = anchor.current;
    const items = list.current;
    items?.querySelector<HTMLElement>(ITEMS)?.focus({ preventScroll: true });
    return () => {
      // Only if nothing else, such as a dialog, has taken the focus meanwhile.
      if (from?.isConnected && !focusedElementNear(from)) from.focus({ preventScroll: true });
    };
  }, [anchor]);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>(ITEMS) ?? [])];
    const at = items.findIndex((item) => item === focusedElementNear(item));
    let next: HTMLElement | undefined;
    if (event.key === 'ArrowDown') next = items[(at + 1) % items.length];
    else if (event.key === 'ArrowUp') next = items[(at - 1 + items.length) % items.length];
    else if (event.key === 'Home') next = items[0];
    else if (event.key === 'End') next = items[items.length - 1];
    else if (event.key === 'Tab') return onClose();
    else if (event.key.length === 1 && event.key !== ' ') {
      const later = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      next = later.find((item) => item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()));
    }
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };

  return (
    <Popover anchor={anchor} onClose={onClose} placement={placement} className="ar-menu">
      <div ref={list} role="menu" aria-label={label} onKeyDown={onKeyDown}>
        {children}
      </div>
    </Popover>
  );
}
