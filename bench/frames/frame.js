// Tells when the first frame of a video is presented, whoever made the element
// and wherever it is: in both pages media reach an element by its srcObject.
'use strict';

globalThis.firstFrame = new Promise((resolve) => {
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...own,
    set(stream) {
      own.set.call(this, stream);
      if (this instanceof HTMLVideoElement && stream?.getVideoTracks().length) {
        this.requestVideoFrameCallback(() => resolve(performance.now()));
      }
    },
  });
});
