import { Centrifuge, type TransportEndpoint } from 'centrifuge';
import { Backoff } from '../core/backoff';
import type { TransportHandlers, OpenTransport } from '../core/transport';
import { TransportError } from '../core/transport';

/** Closing codes from here on are final; the client reconnects by itself below. */
const firstFinalCode = 4500;
/** Errors of the library itself have small numbers: the call may or may not have run. */
const firstServerCode = 100;
/** Centrifuge's own "temporary" errors, which include overload. */
const temporaryServerCodes = new Set([100, 112]);

/** Opens a Centrifuge connection. Dead connections are detected within ten seconds. */
export const openTransport: OpenTransport = (address, handlers) => {
  // Where WebSockets are blocked the same channel is streamed over HTTP.
  const overHTTP = address.url.replace(/^ws/, 'http');
  const transports: TransportEndpoint[] = [
    { transport: 'websocket', endpoint: address.url },
    { transport: 'http_stream', endpoint: `${overHTTP}/stream` },
  ];
  const client = new Centrifuge(transports, {
    emulationEndpoint: `${overHTTP}/emulation`,
    token: address.token,
    // The token is valid as long as the participant: there is no other one to refresh it with.
    getToken: () => Promise.resolve(address.token),
    maxServerPingDelay: 4_000,
    timeout: 6_000,
    name: 'anteroom-web',
  });
  const backoff = new Backoff(Date.now);
  // The library picks a random delay each time, which does not limit the number of attempts.
  Object.assign(client, { _getReconnectDelay: () => backoff.next() });
  client.on('connected', () => backoff.connected());
  attachHandlers(client, handlers);
  return {
    connect: () => client.connect(),
    async rpc(method, data) {
      try {
        return (await client.rpc(method, data)).data as unknown;
      } catch (error) {
        throw toTransportError(error);
      }
    },
    close() {
      client.removeAllListeners();
      client.disconnect();
    },
  };
};

function attachHandlers(client: Centrifuge, handlers: TransportHandlers): void {
  let everConnected = false;
  // Server-side subscriptions are announced right after `connected`, in the same turn.
  let pendingConnect: { recovered: boolean; any: boolean } | null = null;
  client.on('connected', () => {
    const first = !everConnected;
    everConnected = true;
    const seen = { recovered: true, any: false };
    pendingConnect = seen;
    queueMicrotask(() => {
      pendingConnect = null;
      handlers.connected(!first && seen.any && seen.recovered);
    });
  });
  client.on('subscribed', (context) => {
    const recovered = context.wasRecovering && context.recovered;
    if (pendingConnect) {
      pendingConnect.any = true;
      pendingConnect.recovered &&= recovered;
    } else if (!recovered) {
      handlers.stale();
    }
  });
  client.on('publication', (context) => handlers.event(context.data));
  client.on('connecting', () => {
    if (everConnected) handlers.lost();
  });
  client.on('disconnected', (context) => handlers.closed(context.code >= firstFinalCode ? context.code : 4507));
}

function toTransportError(error: unknown): TransportError {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const number = typeof code === 'number' ? code : 0;
  return new TransportError(number, typeof message === 'string' ? message : 'unknown', number < firstServerCode || temporaryServerCodes.has(number));
}
