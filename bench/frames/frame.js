// Tells when the first frame of a video is presented, whoever made the element
// and wherever it is: in both pages media reach an element by its srcObject.
// Notes what happens on the way there, alike in both pages.
'use strict';

/** When each step was reached first since the join was asked, by its name. */
globalThis.steps = {};

globalThis.firstFrame = new Promise((resolve) => {
  const { steps } = globalThis;
  const note = (step) => (steps[step] ??= performance.now());

  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...own,
    set(stream) {
      own.set.call(this, stream);
      if (this instanceof HTMLVideoElement && stream?.getVideoTracks().length) {
        note('picture attached');
        this.requestVideoFrameCallback(() => resolve(note('first frame')));
      }
    },
  });

  const fetch = globalThis.fetch;
  globalThis.fetch = async (url, ...rest) => {
    const join = String(url).endsWith('/sdk/v1/join');
    if (join) {
      for (const step of Object.keys(steps)) delete steps[step];
      note('join asked');
    }
    const answer = await fetch(url, ...rest);
    if (join) note('join answered');
    return answer;
  };

  globalThis.WebSocket = class extends WebSocket {
    constructor(url, ...rest) {
      super(url, ...rest);
      const line = new URL(url).pathname.startsWith('/rtc') ? 'signalling' : 'control channel';
      note(`${line} opened`);
      this.addEventListener('open', () => note(`${line} connected`));
      this.addEventListener('message', () => note(`${line} heard`));
    }
  };

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      note('peer connection made');
      this.addEventListener('track', (event) => event.track.kind === 'video' && note('video track'));
      this.addEventListener('iceconnectionstatechange', () => note(`ice ${this.iceConnectionState}`));
      this.addEventListener('connectionstatechange', () => note(`peer ${this.connectionState}`));
    }
    async setRemoteDescription(...args) {
      note(`${args[0].type} taken`);
      await super.setRemoteDescription(...args);
      note(`${args[0].type} set`);
    }
    async setLocalDescription(...args) {
      await super.setLocalDescription(...args);
      note(`own ${this.localDescription?.type} set`);
    }
  };
});
