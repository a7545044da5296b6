/** The document of an element, or the shadow root that contains the view. */
export function rootOf(element: Element): Document | ShadowRoot {
  const root = element.getRootNode();
  return 'activeElement' in root ? (root as Document | ShadowRoot) : element.ownerDocument;
}

/** The focused element in the tree of an element; null if there is none but the body. */
export function focusedElementNear(element: Element): HTMLElement | null {
  const at = rootOf(element).activeElement;
  return at instanceof HTMLElement && at !== element.ownerDocument.body ? at : null;
}
