// The bare page: livekit-client on a token that it fetches itself.
'use strict';

let room;
let joined;

async function enter(ticket) {
  const { server, ...options } = ticket;
  const answer = await fetch(`${server}/sdk/v1/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ joinId: crypto.randomUUID(), view: 'component', sdkVersion: '6.2.0', ...options }),
  });
  joined = { server, ...(await answer.json()) };
  if (!answer.ok) throw new Error(`the join was refused: ${joined.errorCode} ${joined.cause}`);
  await room.connect(joined.media.url, joined.media.token);
}

globalThis.prepare = () => {
  room = new LivekitClient.Room({ adaptiveStream: true, dynacast: true });
  room.on('trackSubscribed', (track) => {
    if (track.kind === 'video') track.attach(document.getElementById('picture'));
  });
};

globalThis.timedJoin = async (ticket) => {
  const begin = performance.now();
  globalThis.begin = begin;
  await enter(ticket);
  return (await globalThis.firstFrame) - begin;
};

globalThis.finish = async () => {
  await room.disconnect();
  await fetch(`${joined.server}/sdk/v1/leave`, { method: 'POST', body: JSON.stringify({ resumeToken: joined.resumeToken }) });
};

/** Joins for good with a camera. The control channel keeps the participant connected and announces the camera. */
globalThis.publish = async (ticket) => {
  room = new LivekitClient.Room({ dynacast: false });
  await enter(ticket);
  const channel = new Centrifuge(joined.realtime.url, { token: joined.realtime.token });
  channel.connect();
  await channel.ready();
  await room.localParticipant.setCameraEnabled(true, { resolution: { width: 640, height: 360, frameRate: 30 } }, { simulcast: false });
  await channel.rpc('command', { requestId: crypto.randomUUID(), type: 'seat.media', data: { audioOn: false, muted: true, videoOn: true, sharing: false } });
};

globalThis.stepsTaken = () => Object.fromEntries(Object.entries(globalThis.steps).map(([step, at]) => [step, at - globalThis.begin]));
