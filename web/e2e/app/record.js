/*
 * Records everything that the SDK reports to an app's page, for the tests to read.
 * Loaded before the SDK.
 */

/** Everything that was reported, in order. */
window.recorded = [];
window.record = (name, payload) => window.recorded.push({ name, payload: window.plain(payload) });

/** A value that can be serialized; an Error becomes its own enumerable fields and `isError`. */
window.plain = (value) => {
  if (value === undefined) return null;
  if (value instanceof Error) return { isError: true, ...JSON.parse(JSON.stringify({ ...value })) };
  return JSON.parse(JSON.stringify(value));
};

// The SDK's peer connections, for their statistics.
window.connections = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...args) {
    super(...args);
    window.connections.push(this);
  }
};

/** The loudness received so far, summed over all sounds that are played. */
window.audioEnergy = async () => {
  let energy = 0;
  for (const connection of window.connections) {
    if (connection.connectionState !== 'connected') continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'audio') energy += report.totalAudioEnergy ?? 0;
    }
  }
  return energy;
};

document.addEventListener('securitypolicyviolation', (event) => window.record('policy violation', `${event.violatedDirective} ${event.blockedURI}`));
window.addEventListener('error', (event) => window.record('page error', String(event.error ?? event.message)));
