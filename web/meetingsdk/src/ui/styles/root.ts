/**
 * The root of Client View, which is the app's own element: rules that any class
 * or id of the app overrides, and no rule for all `div`s does.
 */
const weight = `:not(${Array(12).fill('i').join(' ')})`;

export const rootRules = `
:where([data-anteroom-inside])${weight} { position: relative; }
:where([data-anteroom-page])${weight} { position: fixed; top: 0; left: 0; z-index: 100; display: block; box-sizing: border-box; width: 100%; height: 100%; pointer-events: none; }
:where([data-anteroom-page] > :not(.anteroom))${weight} { pointer-events: auto; }
[data-anteroom-measured] > * { position: absolute !important; }
`;
