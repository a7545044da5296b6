// The page of an app on the SDK, with Component View.
'use strict';

let client;

globalThis.prepare = async () => {
  client = ZoomMtgEmbedded.createClient();
  await client.init({ zoomAppRoot: document.getElementById('root'), language: 'en-US' });
};

globalThis.timedJoin = async (ticket) => {
  const { meetingNumber, password, signature, userName, zak } = ticket;
  const begin = performance.now();
  globalThis.begin = begin;
  await client.join({ meetingNumber, password, signature, userName, ...(zak && { zak }) });
  return (await globalThis.firstFrame) - begin;
};

globalThis.finish = () => client.leaveMeeting();

globalThis.stepsTaken = () => Object.fromEntries(Object.entries(globalThis.steps).map(([step, at]) => [step, at - globalThis.begin]));
