/** The media chunk: everything that is needed only once a join is let in. */
export { openTransport } from './centrifuge-line';
export { createMediaEngine, prepare, previewBackground } from './livekit-engine';
