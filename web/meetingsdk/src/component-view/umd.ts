/** Component View as one file: a plain script that needs no other, or a module of any older kind. */

import '../core/regenerator-polyfill';
import { createEmbedded } from './factory';

export const ZoomMtgEmbedded = createEmbedded({
  chunks: { ui: () => import('../ui/index'), media: () => import('../media/index') },
});

export default ZoomMtgEmbedded;

(globalThis as { ZoomMtgEmbedded?: unknown }).ZoomMtgEmbedded = ZoomMtgEmbedded;
