/* An app that uses Client View by script tag. */

const { ZoomMtg } = window;
const EVENTS = [
  'onMeetingStatus', 'onUserJoin', 'onUserLeave', 'onUserUpdate', 'onActiveSpeaker', 'onReceiveChatMsg', 'onJoinSpeed',
  'onPreviewPannel', 'onUserIsInWaitingRoom', 'onFocusModeStatusChange', 'onClaimStatus', 'onVideoQos', 'onAudioQos', 'onNetworkQualityChange',
  'onMediaCapturePermissionChange', 'onMediaCaptureStatusChange', 'onShareContentChange', 'receiveSharingChannelReady', 'onVbStatusChange', 'bot-relation-update', 'onVideoOrder',
];
for (const name of EVENTS) ZoomMtg.inMeetingServiceListener(name, (payload) => window.record(name, payload));

/** Calls a function with callbacks; the first one resolves the promise, all are recorded. */
const called = (method, args) =>
  new Promise((resolve) => {
    ZoomMtg[method]({
      ...args,
      success: (answer) => (window.record(`${method} success`, answer), resolve({ success: window.plain(answer) })),
      error: (answer) => (window.record(`${method} error`, answer), resolve({ error: window.plain(answer) })),
    });
  });

window.app = {
  init: (options) => called('init', { leaveUrl: '/left', disablePreview: true, ...options }),
  join: (options) => called('join', options),
  call: called,
  roster: async () => (await called('getAttendeeslist', {})).success?.result.attendeesList ?? [],
  self: async () => (await called('getCurrentUser', {})).success?.result.currentUser ?? null,
};
