/** The npm package's main entry: `import { ZoomMtg } from '@anteroom/meetingsdk'`. */

import '../core/regenerator-polyfill';
import { createZoomMtg } from './zoom-mtg';

export const ZoomMtg = createZoomMtg({
  chunks: { ui: () => import('../ui/index'), media: () => import('../media/index') },
});
