import { rootOf } from '../primitives/dom-root';
import base from './base.css?inline';
import component from './component.css?inline';
import dialogs from './dialogs.css?inline';
import panels from './panels.css?inline';
import pages from './pages.css?inline';
import primitives from './primitives.css?inline';
import stage from './stage.css?inline';
import toolbar from './toolbar.css?inline';
import reset from './reset.css?inline';
import { rootRules } from './root';
import { withSpecificity } from './specificity';
import touch from './touch.css?inline';
import { tokens } from './tokens';

const CSS = `${tokens}\n${withSpecificity([reset, base, primitives, stage, toolbar, panels, pages, dialogs, component, touch].join('\n'))}\n${rootRules}`;

const users = new WeakMap<Document | ShadowRoot, { count: number; remove: () => void }>();
const sheets = new WeakMap<Document, CSSStyleSheet>();

/** The sheet of a document and of all shadow trees in it; null where the browser has no such sheets. */
function sheetOf(document: Document): CSSStyleSheet | null {
  const Sheet = document.defaultView?.CSSStyleSheet;
  if (!Sheet || !('replaceSync' in Sheet.prototype) || !('adoptedStyleSheets' in document)) return null;
  const sheet = sheets.get(document) ?? new Sheet();
  if (!sheets.has(document)) sheet.replaceSync(CSS);
  sheets.set(document, sheet);
  return sheet;
}

/**
 * Puts the views' styles into a scope, once however many views it shows. A
 * constructed sheet needs no `style-src` permission; a `<style>` element is for
 * browsers that have no such sheets.
 */
function add(scope: Document | ShadowRoot): () => void {
  const document = scope.ownerDocument ?? scope;
  const sheet = sheetOf(document);
  if (sheet) {
    scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, sheet];
    return () => {
      scope.adoptedStyleSheets = scope.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }
  const style = document.createElement('style');
  style.textContent = CSS;
  ('head' in scope ? scope.head : scope).append(style);
  return () => style.remove();
}

/** Installs the styles for one view where it is mounted; the returned function takes them out with the last one. */
export function installStyles(root: HTMLElement): () => void {
  const scope = rootOf(root);
  const used = users.get(scope) ?? { count: 0, remove: add(scope) };
  used.count++;
  users.set(scope, used);
  return () => {
    used.count--;
    if (used.count > 0) return;
    used.remove();
    users.delete(scope);
  };
}
