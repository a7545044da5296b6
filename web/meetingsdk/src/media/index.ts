/** The media chunk: everything that is needed only once a join is let in. */
export { openTransport } from './centrifuge-transport';
export { createMediaEngine, prepare, previewBackground } from './livekit-engine';
