import { getLogger, Room } from 'livekit-client';
import { closeDroppedEngines } from './dropped-engines';

let warm: Promise<void> | null = null;

/** A placeholder: the attempt is cancelled before anything is opened. */
const placeholderURL = 'wss://warm-up.invalid';
/** Steps that run before the browser makes an offer; an offer itself takes a later turn of the page. */
const stepsToOffer = 50;

/**
 * Runs once what a join runs, as far as that goes without a network: the
 * browser starts its media engine and compiles the code, and the join finds
 * both ready. Opens no device, no socket and no connection.
 */
export function warmUp(): Promise<void> {
  warm ??= negotiate()
    .then(offer)
    .catch(() => undefined);
  return warm;
}

/** One negotiation inside the page. Relayed candidates only, and no relay: no address is gathered. */
async function negotiate(): Promise<void> {
  const configuration: RTCConfiguration = { iceServers: [], iceTransportPolicy: 'relay' };
  const [near, far] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
  try {
    near.createDataChannel('warm-up');
    near.addTransceiver('audio', { direction: 'recvonly' });
    near.addTransceiver('video', { direction: 'recvonly' });
    await near.setLocalDescription();
    if (near.localDescription) await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    if (far.localDescription) await near.setRemoteDescription(far.localDescription);
  } finally {
    near.close();
    far.close();
  }
}

/** A connection that is cancelled while its first offer is created, before it is sent. */
async function offer(): Promise<void> {
  const loggerName = 'anteroom-warm-up';
  getLogger(loggerName).setLevel('silent', false);
  const room = new Room({ loggerName });
  closeDroppedEngines(room);
  const connected = room.connect(placeholderURL, 'none').catch(() => undefined);
  for (let i = 0; i < stepsToOffer; i++) await Promise.resolve();
  await room.disconnect();
  await connected;
}
