/** The element that the view is mounted into; pages show, hide and empty it themselves. */
const rootId = 'zmmtg-root';
const ariaId = 'aria-notify-area';

/** Creates the two elements that pages expect as soon as the script has run. */
export function ensureRoots(document: Document | undefined = globalThis.document): void {
  if (!document) return;
  if (!document.body) {
    // A script in the head: the page's own element may still come.
    ensureIn(document, document.documentElement);
    document.addEventListener('DOMContentLoaded', () => moveIntoBody(document), { once: true });
    return;
  }
  ensureIn(document, document.body);
}

/** The root, created again if the page removed it. */
export function clientRoot(document: Document = globalThis.document): HTMLElement | null {
  ensureRoots(document);
  return document.getElementById(rootId);
}

/** Shows or hides the root. */
export function showRoot(visible: boolean, document: Document = globalThis.document): void {
  const root = document.getElementById(rootId);
  if (root) root.style.display = visible ? 'block' : 'none';
}

/** Whether the page shows nothing apart from the roots: no text, images or controls. */
export function pageIsBlank(document: Document = globalThis.document): boolean {
  const walk = (element: Element): boolean => {
    if (element.id === rootId || element.id === ariaId || /^(script|style|template|noscript|link)$/i.test(element.localName)) return false;
    const { width, height } = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.visibility === 'hidden') return false;
    const sized = width > 1 && height > 1;
    if (sized && /^(img|svg|canvas|video|iframe|input|button|select|textarea|object|embed)$/i.test(element.localName)) return true;
    if (sized && hasText(element)) return true;
    return [...(element.shadowRoot ?? element).children].some(walk);
  };
  return !hasText(document.body) && ![...document.body.children].some(walk);
}

/** Whether an element has text of its own. */
function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
}

/** Announces a sentence to screen readers. */
export function announce(text: string, document: Document = globalThis.document): void {
  const area = document.getElementById(ariaId);
  if (area) area.textContent = text;
}

function ensureIn(document: Document, parent: Element): void {
  if (!document.getElementById(rootId)) {
    const root = document.createElement('div');
    root.id = rootId;
    root.style.display = 'none';
    root.dataset.anteroom = 'made';
    parent.append(root);
  }
  if (!document.getElementById(ariaId)) {
    const area = document.createElement('div');
    area.id = ariaId;
    area.setAttribute('aria-live', 'polite');
    area.setAttribute('role', 'status');
    Object.assign(area.style, { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' });
    area.dataset.anteroom = 'made';
    parent.append(area);
  }
}

/** Moves roots that were created too early into the body, unless the page has its own. */
function moveIntoBody(document: Document): void {
  for (const id of [rootId, ariaId]) {
    const all = [...document.querySelectorAll<HTMLElement>(`#${id}`)];
    const own = all.find((element) => element.dataset.anteroom !== 'made');
    for (const element of all) {
      if (element === own) continue;
      if (own) element.remove();
      else document.body.append(element);
    }
  }
}
