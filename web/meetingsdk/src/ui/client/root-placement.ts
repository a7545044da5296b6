const INSIDE = 'data-anteroom-inside';
const PAGE = 'data-anteroom-page';
const MEASURED = 'data-anteroom-measured';

/**
 * Keeps Client View inside its root, whatever the root's size is. A root
 * without a size of its own is the whole page, less what the app's own rules
 * for it define, such as a margin for its header; if even then it has none, the
 * view covers the page. Kept current while sizes and styles change; the
 * returned function stops that and leaves the root as it was.
 */
export function placeInRoot(root: HTMLElement, host: HTMLElement): () => void {
  const view = root.ownerDocument.defaultView;
  const update = (): void => {
    const inside = hasOwnSize(root);
    root.toggleAttribute(INSIDE, inside);
    root.toggleAttribute(PAGE, !inside);
    host.classList.toggle('anteroom--page', !inside && !hasArea(root));
  };
  update();
  const resized = view && 'ResizeObserver' in view ? new view.ResizeObserver(update) : null;
  resized?.observe(root);
  const restyled = new MutationObserver(update);
  restyled.observe(root, { attributeFilter: ['class', 'style'] });
  view?.addEventListener('resize', update);
  return () => {
    resized?.disconnect();
    restyled.disconnect();
    view?.removeEventListener('resize', update);
    for (const name of [INSIDE, PAGE]) root.removeAttribute(name);
  };
}

/** Whether the root has a size where nothing in it and nothing of ours gives it one. */
function hasOwnSize(root: HTMLElement): boolean {
  const before = [INSIDE, PAGE].filter((name) => root.hasAttribute(name));
  for (const name of before) root.removeAttribute(name);
  root.setAttribute(MEASURED, '');
  const own = hasArea(root);
  root.removeAttribute(MEASURED);
  for (const name of before) root.setAttribute(name, '');
  return own;
}

function hasArea(root: HTMLElement): boolean {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const inner = (size: number, ...paddings: (string | undefined)[]): number => paddings.reduce((rest, padding) => rest - (Number.parseFloat(padding ?? '') || 0), size);
  return inner(root.clientWidth, style?.paddingLeft, style?.paddingRight) > 1 && inner(root.clientHeight, style?.paddingTop, style?.paddingBottom) > 1;
}
