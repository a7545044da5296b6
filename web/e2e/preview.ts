import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { AppServer } from './app-server.ts';

const source = fileURLToPath(new URL('../meetingsdk/preview/', import.meta.url));

/** The views with a made-up meeting, without a server: every page can be had at once, in every state. */
export class Preview {
  private constructor(
    private readonly origin: string,
    private readonly folder: string,
  ) {}

  static async serve(app: AppServer): Promise<Preview> {
    const folder = await mkdtemp(join(tmpdir(), 'anteroom-preview-'));
    await build({ configFile: join(source, 'vite.config.ts'), logLevel: 'error', base: './', build: { outDir: folder, emptyOutDir: true, target: 'es2022' } });
    app.folder('/preview/', folder);
    return new Preview(`${app.origin}/preview/index.html`, folder);
  }

  /** The address of a page; the names are those of preview/main.tsx. */
  address(query: Readonly<Record<string, string | number>>): string {
    return `${this.origin}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
