/** The npm package's second entry: `import ZoomMtgEmbedded from '@anteroom/meetingsdk/embedded'`. */

import '../core/regenerator-polyfill';
import { createEmbedded } from './factory';

export const ZoomMtgEmbedded = createEmbedded({
  chunks: { ui: () => import('../ui/index'), media: () => import('../media/index') },
});

export default ZoomMtgEmbedded;
