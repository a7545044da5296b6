import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = process.env['CROWD'] ?? fileURLToPath(new URL('../../bin/loadgen', import.meta.url));

/** Synthetic participants in the demo meeting of a server, who join through its gate like anybody else; built by `make crowd`. */
export class Loadgen {
  private constructor(
    private readonly child: ChildProcess,
    readonly userIds: readonly number[],
  ) {}

  /** Resolves when all have joined and, with `video`, send video. */
  static async start(server: string, { people, video = false, name = 'Guest' }: { people: number; video?: boolean; name?: string }): Promise<Loadgen> {
    const child = spawn(program, ['-server', server, '-people', String(people), '-name', name, ...(video ? ['-video'] : [])], { stdio: ['pipe', 'pipe', 'inherit'] });
    const first = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`the crowd ended with ${String(status)}`)));
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    return new Loadgen(child, (JSON.parse(first) as { userIds: number[] }).userIds);
  }

  /** All leave. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin?.end();
    await ended;
  }
}
