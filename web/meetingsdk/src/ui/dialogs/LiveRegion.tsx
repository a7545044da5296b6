import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useView } from '../state/context';

/**
 * Announces a text to screen readers without moving the focus. The text goes into
 * the page's `#aria-notify-area` if the core has created one, else into an own
 * region. Several of these share that area, each with an element of its own, which
 * exists before it announces anything.
 */
export function LiveRegion({ text }: { text: string }) {
  const { layer } = useView();
  // The document, or the shadow tree in which the view is.
  const scope = layer()?.getRootNode();
  const shared = areaIn(scope);
  const element = useRef<HTMLElement>(null);

  useEffect(() => {
    const area = areaIn(scope);
    if (!area) return;
    if (!area.hasAttribute('aria-live')) area.setAttribute('aria-live', 'polite');
    // A change of one text must not cause the others to be read again.
    area.setAttribute('aria-atomic', 'false');
    const own = area.ownerDocument.createElement('div');
    area.append(own);
    element.current = own;
    return () => {
      own.remove();
      element.current = null;
    };
  }, [scope]);

  useEffect(() => {
    element.current?.replaceChildren(text);
  }, [scope, text]);

  const target = layer();
  if (shared || !target) return null;
  return createPortal(<div className="ar-hidden" aria-live="polite" role="status">{text}</div>, target);
}

function areaIn(scope: Node | undefined): HTMLElement | null {
  return scope && 'getElementById' in scope ? (scope as Document | ShadowRoot).getElementById('aria-notify-area') : null;
}
