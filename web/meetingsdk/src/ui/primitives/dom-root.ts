/** The document in which an element is, or the shadow tree in which an app keeps its view. */
export function rootOf(element: Element): Document | ShadowRoot {
  const root = element.getRootNode();
  return 'activeElement' in root ? (root as Document | ShadowRoot) : element.ownerDocument;
}

/** What has the keyboard in the tree of an element: null where nothing has, or only the page as a whole. */
export function focusedElementNear(element: Element): HTMLElement | null {
  const at = rootOf(element).activeElement;
  return at instanceof HTMLElement && at !== element.ownerDocument.body ? at : null;
}
