/* An app that uses Component View by script tag. */

const EVENTS = [
  'connection-change', 'user-added', 'user-removed', 'user-updated', 'active-speaker', 'chat-on-message',
  'peer-share-state-change', 'join-speed', 'recording-change', 'media-capture-permission-change', 'media-capture-status-change',
  'video-statistic-data-change', 'network-quality-change', 'bot-relation-update',
];

const client = window.ZoomMtgEmbedded.createClient();
for (const name of EVENTS) client.on(name, (payload) => window.record(name, payload));

const settled = (promise) =>
  promise.then(
    (value) => ({ resolved: window.plain(value) }),
    (error) => ({ rejected: window.plain(error) }),
  );

window.app = {
  client,
  init: (options) => settled(client.init({ zoomAppRoot: document.getElementById('meetingSDKElement'), language: 'en-US', ...options })),
  join: (options) => settled(client.join(options)),
  call: (method, ...args) => settled(Promise.resolve(client[method](...args))),
  roster: async () => window.plain(client.getAttendeeslist()),
  self: async () => window.plain(client.getCurrentUser()),
};
