/** The classic script of Client View: puts `ZoomMtg` on the window. */

import { cdnChunks, currentScriptUrl, preloadChunks } from '../core/cdn';
import { createZoomMtg } from './zoom-mtg';

const scriptUrl = currentScriptUrl();
preloadChunks(scriptUrl);
(globalThis as { ZoomMtg?: unknown }).ZoomMtg = createZoomMtg({ chunks: cdnChunks(scriptUrl), scriptUrl });
