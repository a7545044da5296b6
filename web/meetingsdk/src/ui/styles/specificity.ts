/**
 * The specificity of the views' rules in the app's page. The views are in the light
 * DOM, so every style sheet of the app applies to them too. There are three levels:
 *
 * - what only the views use gets the specificity of ids: no rule of the app for
 *   elements, attributes or states reaches in;
 * - elements whose id apps know (`#wc-content` …) get the specificity of many
 *   classes: only a rule that names an id wins;
 * - elements whose class apps know (`.leave-btn` …) get the specificity of many
 *   element names: `button` and `main div button` lose, `.leave-btn` wins. How
 *   they look under the pointer has the specificity of one class more, so that
 *   `button:hover` loses, too, and `.leave-btn:hover` wins.
 *
 * The sheets are written as if there were nothing else in the page, each
 * selector below `.anteroom`; `withSpecificity` adjusts them.
 */

/** Classes of the elements with an id that apps know. */
export const WITH_KNOWN_ID: readonly string[] = ['ar-client', 'ar-body', 'ar-stage', 'ar-toasts'];

/** Classes of the elements with a class that apps know; `ar-named` marks it on elements that only sometimes have one. */
export const WITH_KNOWN_CLASS: readonly string[] = [
  'ar-named', 'ar-toolbar', 'ar-header', 'ar-tool', 'ar-button', 'zm-btn', 'ar-speaker', 'ar-speaker__main', 'ar-gallery', 'ar-ribbon', 'ar-share__main', 'ar-dialog', 'ar-dialog__title', 'ar-dialog__body',
  'ar-dialog__content', 'ar-dialog__footer', 'ar-popover', 'ar-popper', 'ar-widget',
];
const sometimes = /\.(?:ar-icon-button|ar-menu__item)(?:--\w+)?(?![\w-])/;

const has = (names: readonly string[]) => new RegExp(`\\.(?:${names.join('|')})(?:--\\w+)?(?![\\w-])`);
const list = (names: readonly string[]) => `:where(${names.map((name) => `.${name}`).join()})`;
const [identified, named, anyNamed] = [has(WITH_KNOWN_ID), has(WITH_KNOWN_CLASS), list(WITH_KNOWN_CLASS)];
const others = `:where(:not(${[...WITH_KNOWN_ID, ...WITH_KNOWN_CLASS].map((name) => `.${name}`).join()}))`;
const pseudoElement = /::?(?:before|after|placeholder|marker|backdrop)$/;

/** The style sheet with the specificity of each selector adjusted. */
export function withSpecificity(css: string): string {
  return css.replace(/\/\*[^]*?\*\//g, '').replace(/([^{}]+)\{/g, (rule, prelude: string) => (prelude.includes('.anteroom') ? `${splitSelectors(prelude).flatMap(adjustSpecificity).join()}{` : rule));
}

/** The selectors of a list, which may have lists in brackets. */
function splitSelectors(selectors: string): string[] {
  return selectors.split(/,(?![^(]*\))/).map((selector) => selector.trim());
}

function adjustSpecificity(selector: string): string[] {
  const pseudo = pseudoElement.exec(selector)?.[0] ?? '';
  // Without the star that minifiers leave out.
  const element = selector.slice(0, selector.length - pseudo.length).replace(/[\s>+~]$/, '$&*');
  const subject = /(?:[^\s>+~(]|\((?:[^()]|\([^()]*\))*\))*$/.exec(element)?.[0] ?? '';
  // Repeated, it also applies to elements with known names: rules that keep the view usable.
  if (selector.includes('.anteroom.anteroom') || subject.includes('.anteroom')) return [withIdWeight(element) + pseudo];
  if (identified.test(subject)) return [withClassWeight(element) + pseudo];
  if (named.test(subject)) return [withTypeWeight(element) + pseudo];
  if (sometimes.test(subject)) return [`${withIdWeight(element)}:where(:not(.ar-named))${pseudo}`, `${withTypeWeight(element, ':where(.ar-named)')}${pseudo}`];
  if (/\.[a-z]/i.test(subject.replace(/\([^]*\)/, ''))) return [withIdWeight(element) + pseudo];
  return [withIdWeight(element) + others + pseudo, withClassWeight(element) + list(WITH_KNOWN_ID) + pseudo, withTypeWeight(element, anyNamed) + pseudo];
}

/** Adds the specificity of two ids, which no element has. */
function withIdWeight(selector: string): string {
  return addWeight(selector, '#ar#ar');
}

/** Adds the specificity of more classes than an app uses. */
function withClassWeight(selector: string): string {
  return addWeight(selector, '.i.i.i.i.i.i.i.i');
}

function addWeight(selector: string, weight: string): string {
  return selector.replace(/\.anteroom(?:--\w+)?/, `$&:not(${weight})`);
}

const statePattern = /:(?:hover|active|focus)/;

/** Reduces the specificity to that of element names, keeping the order among rules. */
function withTypeWeight(selector: string, only = ''): string {
  const counted = selector.replace(/:where\((?:[^()]|\([^()]*\))*\)/g, '');
  const classes = counted.match(/[.[]|(?<!:):(?!not|is|has|:)[a-z]/g)?.length ?? 0;
  const elements = counted.match(/(?:^|[\s>+~(])[a-z]/gi)?.length ?? 0;
  const state = statePattern.test(selector.replace(/:not\([^)]*\)/g, '')) ? '.i' : '';
  return `:where(${selector})${only}:not(${Array(8 + 2 * classes + elements).fill('i').join(' ')}${state})`;
}
