/* An app of CommonJS modules, as webpack and older bundlers build them. */
const { ZoomMtg } = require('@zoom/meetingsdk');
const embedded = require('@zoom/meetingsdk/embedded');

window.ZoomMtg = ZoomMtg;
window.ZoomMtgEmbedded = embedded.default;
if (embedded.ZoomMtgEmbedded !== embedded.default) throw new Error('the named export is another object than the default one');
