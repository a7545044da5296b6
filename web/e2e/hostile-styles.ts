/** What style sheets of apps do to elements by their names, states and attributes, all at once. */
export const hostile = `
* { float: left; animation: none 1s; letter-spacing: 4px; pointer-events: none; text-transform: uppercase; min-width: 90px; transition: all 2s; }
*::before { content: "!"; position: absolute; }
html, body { float: none; width: 100%; }
body { text-align: center; line-height: 3; font-size: 30px; color: red; text-shadow: 0 0 4px red; text-indent: 40px; white-space: nowrap; cursor: wait; word-break: break-all; }
div { overflow: visible; position: static; }
main div div div, main div > div div span { padding: 20px; }
dl, table, ul { display: grid; grid-template-columns: repeat(12, 1fr); width: 100%; }
dt, dd, td, th { grid-column: span 1; width: 8px; word-break: break-all; }
button, input, select, textarea { float: right; width: 100%; min-width: 240px; height: 80px; padding: 30px; background: lime; border: 5px dashed; text-transform: uppercase; font-size: 30px; border-radius: 0; }
button:hover, a:hover, main div button:hover { background: red; color: lime; text-decoration: underline; }
button:active, input[type="search"]:focus, a:not([href]) { background: red; }
svg { width: 200px; height: 200px; fill: red; }
svg path { fill: red; stroke-width: 9; display: none; }
a { display: block; padding: 20px; color: lime; float: right; }
ul, li { list-style: square; margin: 40px; }
h1, h2, h3, p { margin: 40px; font-size: 40px; border-bottom: 3px solid; }
video, img, canvas { max-width: 40px; height: auto; }
label, span, kbd, time, code { display: block; padding: 12px; }
header, footer, section, aside, nav, main { position: fixed; top: 0; width: 50px; grid-area: 1 / 1; }
[type="button"], [role="menuitem"] { display: block; opacity: 0.6; }
.badge, .content p, .footer, .modal, .tile, .panel, .toolbar, .button { padding: 40px; background: red; }
`;
