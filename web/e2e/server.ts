import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = process.env['ANTEROOM'] ?? fileURLToPath(new URL('../../bin/anteroom', import.meta.url));

export interface ServerOptions {
  /** The data of an earlier server; a fresh folder unless given. */
  folder?: string;
  /** The HTTP address; a free port unless given. */
  listen?: string;
  /** The UDP port of the media; a free one unless given. */
  mediaPort?: number;
  /** The address that browsers send media to. */
  mediaAddress?: string;
  /** Further variables of its environment. */
  env?: Record<string, string>;
}

/** A real server of its own, in development mode. */
export class Server {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly log: string[],
  ) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    const data = options.folder ?? (await mkdtemp(join(tmpdir(), 'anteroom-e2e-')));
    const args = ['serve', '--json', '--data', data, '--listen', options.listen ?? '127.0.0.1:0', '--media-port', String(options.mediaPort ?? 0)];
    if (options.mediaAddress) args.push('--media-address', options.mediaAddress);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
    const log: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    const url = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`the server ended with ${String(status)}:\n${log.join('\n')}`)));
      createInterface({ input: child.stdout }).once('line', (line) => {
        resolve((JSON.parse(line) as { listening: string }).listening);
      });
    });
    return new Server(url, child, data, log);
  }

  /** What the server has logged. */
  get logged(): string {
    return this.log.join('\n');
  }

  /** Host and port of the HTTP side. */
  get address(): string {
    return new URL(this.url).host;
  }

  /** Kills the process as a crash would; its data stays in the returned folder. */
  async kill(): Promise<string> {
    await this.end('SIGKILL');
    return this.folder;
  }

  /** Stops the process as an upgrade does; its data stays in the returned folder. */
  async terminate(): Promise<string> {
    await this.end('SIGTERM');
    return this.folder;
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }
}
