/**
 * The design tokens. Light is the default; dark follows the system, and
 * `data-theme="light"` or `"dark"` on the view or on anything around it decides.
 * Every pair of text and ground keeps 4.5:1, every control's edge or icon 3:1.
 */

const LIGHT = `
  --ar-scheme: light;
  --ar-ground: #eef0f4;
  --ar-surface: #ffffff;
  --ar-raised: #ffffff;
  --ar-hover: #e6e9ef;
  --ar-press: #d9dee7;
  --ar-line: #dde1e8;
  --ar-edge: #858e9e;
  --ar-text: #171a21;
  --ar-quiet: #555e6e;
  --ar-accent: #3a50c8;
  --ar-accent-hover: #3044b0;
  --ar-on-accent: #ffffff;
  --ar-accent-soft: #e4e8fb;
  --ar-accent-text: #2f43b0;
  --ar-danger: #c22f3a;
  --ar-danger-hover: #a8252f;
  --ar-on-danger: #ffffff;
  --ar-danger-soft: #fbe4e5;
  --ar-danger-text: #ad2430;
  --ar-warn-soft: #fdf0d3;
  --ar-warn-text: #7a4b00;
  --ar-live: #12835a;
  --ar-tile: #d8dde6;
  --ar-tile-text: #171a21;
  --ar-shadow: 0 1px 2px rgb(20 26 40 / 8%), 0 8px 28px rgb(20 26 40 / 14%);
  --ar-veil: rgb(24 29 40 / 48%);
`;

const DARK = `
  --ar-scheme: dark;
  --ar-ground: #101216;
  --ar-surface: #191c22;
  --ar-raised: #21252d;
  --ar-hover: #2a2f39;
  --ar-press: #343a46;
  --ar-line: #2c313b;
  --ar-edge: #7b8494;
  --ar-text: #f0f2f6;
  --ar-quiet: #a7afbd;
  --ar-accent: #93a5ff;
  --ar-accent-hover: #a9b7ff;
  --ar-on-accent: #11152b;
  --ar-accent-soft: #262d52;
  --ar-accent-text: #b3c0ff;
  --ar-danger: #cf3a45;
  --ar-danger-hover: #b8303b;
  --ar-on-danger: #ffffff;
  --ar-danger-soft: #45222a;
  --ar-danger-text: #ffa3a8;
  --ar-warn-soft: #3d3013;
  --ar-warn-text: #ffd584;
  --ar-live: #4cd39a;
  --ar-tile: #23272f;
  --ar-tile-text: #f0f2f6;
  --ar-shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 10px 32px rgb(0 0 0 / 50%);
  --ar-veil: rgb(4 6 10 / 62%);
`;

const SIZES = `
  --ar-1: 4px;
  --ar-2: 8px;
  --ar-3: 12px;
  --ar-4: 16px;
  --ar-5: 24px;
  --ar-6: 32px;
  --ar-small: 12px;
  --ar-body: 14px;
  --ar-large: 16px;
  --ar-title: 20px;
  --ar-display: 26px;
  --ar-radius-s: 6px;
  --ar-radius: 10px;
  --ar-radius-l: 16px;
  --ar-target: 36px;
  --ar-icon: 20px;
  --ar-icon-l: 24px;
  --ar-font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
`;

/** On walls and very large screens everything grows a step, so that it reads from further away. */
const HUGE = `
  --ar-1: 5px;
  --ar-2: 10px;
  --ar-3: 16px;
  --ar-4: 22px;
  --ar-5: 32px;
  --ar-6: 44px;
  --ar-small: 15px;
  --ar-body: 17px;
  --ar-large: 20px;
  --ar-title: 26px;
  --ar-display: 34px;
  --ar-radius-s: 8px;
  --ar-radius: 12px;
  --ar-radius-l: 20px;
  --ar-target: 46px;
  --ar-icon: 26px;
  --ar-icon-l: 31px;
`;

/** The tokens as a style sheet. */
export const tokens = `
.anteroom {${SIZES}${LIGHT}}
@media (prefers-color-scheme: dark) { .anteroom {${DARK}} }
.anteroom[data-theme="light"], [data-theme="light"] .anteroom:not([data-theme]) {${LIGHT}}
.anteroom[data-theme="dark"], [data-theme="dark"] .anteroom:not([data-theme]) {${DARK}}
@media (pointer: coarse) { .anteroom { --ar-target: 44px; } }
@media (min-width: 2200px) and (min-height: 1100px) { .anteroom--client {${HUGE}} }
`;
