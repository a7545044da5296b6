/** The media chunk: everything that is needed only once a join is let in. */
export { openLine } from './centrifuge-line';
export { createMedia, prepare, tryBackground } from './livekit-engine';
