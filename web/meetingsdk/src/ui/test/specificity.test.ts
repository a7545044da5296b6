import { expect, it } from 'vitest';
import { withSpecificity } from '../styles/specificity';

const strong = '.anteroom:not(#ar#ar)';

it.each([
  ['what only the view knows is stronger than ids', '.anteroom .ar-tile { }', `${strong} .ar-tile{ }`],
  ['also below a state of the view', '.anteroom[dir="rtl"] .ar-pager .ar-icon { }', '.anteroom:not(#ar#ar)[dir="rtl"] .ar-pager .ar-icon{ }'],
  ['a known id is as strong as many classes', '.anteroom .ar-stage { }', '.anteroom:not(.i.i.i.i.i.i.i.i) .ar-stage{ }'],
  ['a known class is as strong as many element names', '.anteroom .ar-tool { }', ':where(.anteroom .ar-tool):not(i i i i i i i i i i i i){ }'],
  ['and keeps its order', '.anteroom .ar-tool--off:hover { }', ':where(.anteroom .ar-tool--off:hover):not(i i i i i i i i i i i i i i.i){ }'],
  ['what it looks like under the pointer also beats a state of an element', '.anteroom .ar-tool:active { }', ':where(.anteroom .ar-tool:active):not(i i i i i i i i i i i i i i.i){ }'],
  ['but not what it looks like elsewhere', '.anteroom .ar-tool:not(:hover) { }', ':where(.anteroom .ar-tool:not(:hover)):not(i i i i i i i i i i i i i i){ }'],
  ['what is inside of a named element is not named', '.anteroom .ar-tool .ar-icon { }', `${strong} .ar-tool .ar-icon{ }`],
  ['said twice, it is for all', '.anteroom.anteroom :where(:focus-visible) { }', `${strong}.anteroom :where(:focus-visible){ }`],
  ['keyframes stay', '@keyframes a { from { opacity: 0; } }', '@keyframes a { from { opacity: 0; } }'],
])('%s', (_what, before, after) => {
  expect(withSpecificity(before)).toBe(after);
});

it('rules for elements have three strengths, by what they meet', () => {
  const rules = withSpecificity('@media print { .anteroom button::before, .anteroom :is(a, b) { } }');
  expect(rules.match(/:not\(#ar#ar\) button:where\(:not\(/g)).toHaveLength(1);
  expect(rules.match(/:where\(\.anteroom button\):where\(\.ar-named/g)).toHaveLength(1);
  expect(rules.match(/::before/g)).toHaveLength(3);
  expect(rules.match(/ :is\(a, b\)/g)).toHaveLength(3);
});
