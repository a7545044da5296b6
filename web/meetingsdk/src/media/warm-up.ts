let warm: Promise<void> | null = null;

/**
 * Runs one negotiation between two peer connections of this page, once: the
 * browser's media engine starts, and a join finds it running. Without servers
 * and with relayed candidates only, it gathers no address and opens no socket.
 */
export function warmUp(): Promise<void> {
  warm ??= negotiate().catch(() => undefined);
  return warm;
}

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
