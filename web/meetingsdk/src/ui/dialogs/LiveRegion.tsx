import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { useView } from '../state/context';

/**
 * Says a text to screen readers without moving the focus. The text goes into
 * the page's `#aria-notify-area` when the core has made one, else into an own one.
 */
export function LiveRegion({ text }: { text: string }) {
  const { layer } = useView();
  // The document, or the shadow tree in which the view is.
  const scope = layer()?.getRootNode();
  const shared = areaIn(scope);

  useEffect(() => {
    const area = areaIn(scope);
    if (!area) return;
    if (!area.hasAttribute('aria-live')) area.setAttribute('aria-live', 'polite');
    area.replaceChildren(text);
  }, [scope, text]);

  const target = layer();
  if (shared || !target) return null;
  return createPortal(<div className="ar-hidden" aria-live="polite" role="status">{text}</div>, target);
}

function areaIn(scope: Node | undefined): HTMLElement | null {
  return scope && 'getElementById' in scope ? (scope as Document | ShadowRoot).getElementById('aria-notify-area') : null;
}
