// The bare page: livekit-client on a token that it fetches itself.
'use strict';

let room;
let seat;

async function enter(ticket) {
  const { server, ...options } = ticket;
  const answer = await fetch(`${server}/sdk/v1/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ joinId: crypto.randomUUID(), view: 'component', sdkVersion: '6.2.0', ...options }),
  });
  seat = { server, ...(await answer.json()) };
  if (!answer.ok) throw new Error(`the join was refused: ${seat.errorCode} ${seat.cause}`);
  await room.connect(seat.media.url, seat.media.token);
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
  await fetch(`${seat.server}/sdk/v1/leave`, { method: 'POST', body: JSON.stringify({ resumeToken: seat.resumeToken }) });
};

/** Joins for good with a camera. The control channel keeps the seat and tells the others of the camera. */
globalThis.publish = async (ticket) => {
  room = new LivekitClient.Room({ dynacast: false });
  await enter(ticket);
  const line = new Centrifuge(seat.realtime.url, { token: seat.realtime.token });
  line.connect();
  await line.ready();
  await room.localParticipant.setCameraEnabled(true, { resolution: { width: 640, height: 360, frameRate: 30 } }, { simulcast: false });
  await line.rpc('command', { requestId: crypto.randomUUID(), type: 'seat.media', data: { audioOn: false, muted: true, videoOn: true, sharing: false } });
};

globalThis.stepsTaken = () => Object.fromEntries(Object.entries(globalThis.steps).map(([step, at]) => [step, at - globalThis.begin]));
