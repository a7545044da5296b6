/** The media chunk: everything that is needed only after a join is admitted. */
export { openTransport } from './centrifuge-transport';
export { createMediaEngine, prepare, previewBackground } from './livekit-engine';
