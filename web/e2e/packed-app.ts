import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type PluginOption } from 'vite';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The frameworks that web/test-apps pins. */
export type Framework = 'react18' | 'react19' | 'vue3';

/** An app of its own with the npm package of a server installed under the name that apps know. */
export class PackedApp {
  private constructor(readonly folder: string) {}

  /** Makes an empty app; beside a framework it finds that one among its modules. */
  static async make(server: string, framework: Framework = 'react19'): Promise<PackedApp> {
    const app = new PackedApp(await mkdtemp(here(`../test-apps/${framework}/.app-`)));
    const manifest = { name: 'app', private: true, type: 'module', dependencies: { '@zoom/meetingsdk': `${server}/sdk/meetingsdk.tgz` } };
    await app.write('package.json', JSON.stringify(manifest));
    // What is installed comes from the server alone; the package depends on nothing.
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: app.folder });
    return app;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** A file of the installed package. */
  installed(name: string): string {
    return this.at(join('node_modules/@zoom/meetingsdk', name));
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.at(name), text);
  }

  /** Copies a file or folder beside this one into the app. */
  async copy(from: string, to: string): Promise<void> {
    await cp(here(from), this.at(to), { recursive: true, filter: (name) => !/node_modules|package-lock/.test(name.slice(here(from).length)) });
  }

  /** Builds pages for a path; returns the folder with them. */
  async build(path: string, pages: string[], plugins: PluginOption[] = [], define: Record<string, string> = {}): Promise<string> {
    await build({
      root: this.folder,
      base: path,
      logLevel: 'error',
      configFile: false,
      plugins,
      define,
      build: { rolldownOptions: { input: pages.map((page) => this.at(page)) }, chunkSizeWarningLimit: 2000 },
    });
    return this.at('dist');
  }

  /** Checks types with these compiler options; rejects with the output of tsc. */
  async checkTypes(files: string[], options: Record<string, unknown>): Promise<void> {
    const compilerOptions = { strict: true, noEmit: true, target: 'ES2022', lib: ['ES2022', 'DOM'], types: [], ...options };
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    await this.tsc();
  }

  /** Checks types with the app's own tsconfig.json. */
  async tsc(): Promise<void> {
    await run(process.execPath, [here('../node_modules/typescript/bin/tsc'), '-p', this.folder]).catch((error: { stdout?: string }) => {
      throw new Error(error.stdout ?? String(error));
    });
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
