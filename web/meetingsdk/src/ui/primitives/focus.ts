import { focusedElementNear, rootOf } from './dom-root';

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

/** The elements inside `root` that Tab reaches, in document order. */
export function focusable(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => !element.hasAttribute('disabled') && element.tabIndex >= 0 && !element.closest('[hidden], [inert]'),
  );
}

/**
 * Keeps the keyboard inside `root` and calls `onEscape` on Escape. The returned
 * function lets go and gives the focus back to where it was, if that still exists.
 */
export function trapFocus(root: HTMLElement, onEscape?: () => void): () => void {
  const tree = rootOf(root);
  const before = focusedElementNear(root);
  const first = root.querySelector<HTMLElement>('[data-autofocus]') ?? focusable(root)[0] ?? root;
  first.focus({ preventScroll: true });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && onEscape) {
      event.stopPropagation();
      event.preventDefault();
      onEscape();
      return;
    }
    if (event.key !== 'Tab') return;
    const reachable = focusable(root);
    const start = reachable[0];
    const end = reachable[reachable.length - 1];
    if (!start || !end) {
      event.preventDefault();
      return;
    }
    const at = focusedElementNear(root);
    if (event.shiftKey && (at === start || at === root)) {
      event.preventDefault();
      end.focus();
    } else if (!event.shiftKey && at === end) {
      event.preventDefault();
      start.focus();
    }
  };
  // A click outside of the dialog must not move the focus out of it.
  const onFocusIn = (event: Event) => {
    const target = event.target as Node | null;
    if (target && !root.contains(target) && root.closest('.anteroom')?.contains(target)) first.focus({ preventScroll: true });
  };
  root.addEventListener('keydown', onKeyDown);
  tree.addEventListener('focusin', onFocusIn);
  return () => {
    root.removeEventListener('keydown', onKeyDown);
    tree.removeEventListener('focusin', onFocusIn);
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
}
