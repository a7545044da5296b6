import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { useView } from '../state/context';

/**
 * Says a text to screen readers without moving the focus. The text goes into
 * the page's `#aria-notify-area` when the core has made one, else into an own one.
 */
export function LiveRegion({ text }: { text: string }) {
  const { layer } = useView();
  const document = layer()?.ownerDocument;
  const shared = document?.getElementById('aria-notify-area') ?? null;

  useEffect(() => {
    const area = document?.getElementById('aria-notify-area');
    if (!area) return;
    if (!area.hasAttribute('aria-live')) area.setAttribute('aria-live', 'polite');
    area.replaceChildren(text);
  }, [document, text]);

  const target = layer();
  if (shared || !target) return null;
  return createPortal(<div className="ar-hidden" aria-live="polite" role="status">{text}</div>, target);
}
