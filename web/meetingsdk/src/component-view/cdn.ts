/** The classic script of Component View: puts `ZoomMtgEmbedded` on the window. */

import { cdnChunks, currentScriptUrl, preloadChunks } from '../core/cdn';
import { createEmbedded } from './factory';

const scriptUrl = currentScriptUrl();
preloadChunks(scriptUrl);
(globalThis as { ZoomMtgEmbedded?: unknown }).ZoomMtgEmbedded = createEmbedded({ chunks: cdnChunks(scriptUrl), scriptUrl });
