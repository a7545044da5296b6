import base from './base.css?inline';
import component from './component.css?inline';
import dialogs from './dialogs.css?inline';
import panels from './panels.css?inline';
import pages from './pages.css?inline';
import parts from './parts.css?inline';
import stage from './stage.css?inline';
import toolbar from './toolbar.css?inline';
import { tokens } from './tokens';

const CSS = [tokens, base, parts, stage, toolbar, panels, pages, dialogs, component].join('\n');

const users = new WeakMap<Document, { count: number; remove: () => void }>();

/**
 * Puts the views' styles into a document, once however many views it shows. A
 * constructed sheet needs no `style-src` permission; a `<style>` element is for
 * browsers that have no such sheets.
 */
function add(document: Document): () => void {
  const Sheet = document.defaultView?.CSSStyleSheet;
  if (Sheet && 'replaceSync' in Sheet.prototype && 'adoptedStyleSheets' in document) {
    const sheet = new Sheet();
    sheet.replaceSync(CSS);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }
  const style = document.createElement('style');
  style.textContent = CSS;
  document.head.append(style);
  return () => style.remove();
}

/** Installs the styles for one view; the returned function takes them out with the last one. */
export function installStyles(document: Document): () => void {
  const used = users.get(document) ?? { count: 0, remove: add(document) };
  used.count++;
  users.set(document, used);
  return () => {
    used.count--;
    if (used.count > 0) return;
    used.remove();
    users.delete(document);
  };
}
