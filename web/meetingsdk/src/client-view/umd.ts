/** Client View as one file: a plain script that needs no other, or a module of any older kind. */

import '../core/regenerator-polyfill';
import { createZoomMtg } from './zoom-mtg';

export const ZoomMtg = createZoomMtg({
  chunks: { ui: () => import('../ui/index'), media: () => import('../media/index') },
});

(globalThis as { ZoomMtg?: unknown }).ZoomMtg = ZoomMtg;
