import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where a relay's media side listens: beside 127.0.0.1, on the port the media server has there. */
export const mediaAddress = '127.0.0.2';

/** A UDP port that is free on both loopback addresses now. */
export async function freeMediaPort(): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    const first = createSocket('udp4');
    const port = await new Promise<number>((resolve) => first.bind(0, '127.0.0.1', () => resolve(first.address().port)));
    const second = createSocket('udp4');
    const free = await new Promise<boolean>((resolve) => {
      second.once('error', () => resolve(false));
      second.bind(port, mediaAddress, () => resolve(true));
    });
    first.close();
    if (free) second.close();
    if (free) return port;
  }
  throw new Error('no free UDP port was found');
}

/**
 * A relay between pages and a server: TCP for its HTTP port, UDP for its media port.
 * `cut` works like unplugging a cable: nothing is closed, nothing comes through. Data
 * that TCP has buffered arrives once the connection is restored, datagrams sent
 * meanwhile never do.
 */
export class Relay {
  private broken = false;
  private readonly pairs = new Set<[Socket, Socket]>();
  private readonly waiting = new Set<Socket>();
  private readonly upstreams = new Map<string, UdpSocket>();
  private readonly exempted = new Set<UdpSocket>();

  private constructor(
    private readonly target: { host: string; port: number },
    private readonly tcp: Server,
    private readonly udp: UdpSocket,
  ) {
    tcp.on('connection', (page) => {
      page.on('error', () => page.destroy());
      if (this.broken) {
        page.pause();
        this.waiting.add(page);
        page.once('close', () => this.waiting.delete(page));
      } else {
        this.join(page);
      }
    });
    udp.on('message', (message, from) => {
      const upstream = this.upstream(from.address, from.port);
      if (this.carries(upstream)) upstream.send(message, udp.address().port, '127.0.0.1');
    });
  }

  /** A relay before a server whose media has the port at 127.0.0.1. */
  static async start(address: string, mediaPort: number): Promise<Relay> {
    const [host = '', port] = address.split(':');
    const udp = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(mediaPort, mediaAddress, resolve);
    });
    const tcp = createServer({ noDelay: true });
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    return new Relay({ host, port: Number(port) }, tcp, udp);
  }

  /** The address of the server through this relay. */
  get url(): string {
    return `http://127.0.0.1:${(this.tcp.address() as AddressInfo).port}`;
  }

  /** How many datagrams' senders there were: not zero once media comes through here. */
  get mediaSenders(): number {
    return this.upstreams.size;
  }

  /** Keeps cuts from the media of those who have sent any so far: all media come through here, whatever address a page has. */
  exemptMedia(): void {
    for (const socket of this.upstreams.values()) this.exempted.add(socket);
  }

  cut(): void {
    this.broken = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  restore(): void {
    this.broken = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
    for (const page of this.waiting) this.join(page);
    this.waiting.clear();
  }

  async stop(): Promise<void> {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    for (const page of this.waiting) page.destroy();
    for (const socket of this.upstreams.values()) socket.close();
    this.udp.close();
    await new Promise((resolve) => this.tcp.close(resolve));
  }

  private join(page: Socket): void {
    const server = connect(this.target);
    const pair: [Socket, Socket] = [page, server];
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      page.destroy();
      server.destroy();
    };
    for (const [from, to] of [pair, [server, page] as const]) {
      from.on('error', end);
      from.on('close', end);
      from.pipe(to);
    }
    if (this.broken) this.cut();
  }

  private carries(socket: UdpSocket): boolean {
    return !this.broken || this.exempted.has(socket);
  }

  private upstream(address: string, port: number): UdpSocket {
    const key = `${address}:${port}`;
    const known = this.upstreams.get(key);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('message', (message) => {
      if (this.carries(socket)) this.udp.send(message, port, address);
    });
    this.upstreams.set(key, socket);
    return socket;
  }
}
