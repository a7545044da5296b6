import { readFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** One response of an app's server. */
export interface AppPage {
  body: string | Buffer;
  headers?: Record<string, string>;
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

/** The SDK's two views. */
export type View = 'client' | 'component';

/** An app's own web server: another origin than Anteroom's, as in real life. */
export class AppServer {
  private readonly pages = new Map<string, AppPage>();
  private readonly folders = new Map<string, string>();

  private constructor(private readonly http: HttpServer) {
    http.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://app');
      this.answer(url).then(
        (page) => {
          const type = types[extname(url.pathname)] ?? 'text/html';
          response.writeHead(page ? 200 : 404, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store', ...page?.headers });
          response.end(page?.body ?? 'there is nothing here');
        },
        (error: unknown) => {
          response.writeHead(500);
          response.end(String(error));
        },
      );
    });
  }

  static async start(): Promise<AppServer> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new AppServer(http);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Serves a further page at a path; `{{server}}` in files of app/ is theirs alone. */
  serve(path: string, page: AppPage): string {
    this.pages.set(path, page);
    return this.origin + path;
  }

  /** Serves the files of a folder below a path. */
  folder(path: string, folder: string): void {
    this.folders.set(path, folder);
  }

  /** The address of the page of app/ for a view, with the SDK of the server. */
  address(view: View, server: string): string {
    return `${this.origin}/${view}?server=${encodeURIComponent(server)}`;
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async answer(url: URL): Promise<AppPage | null> {
    const given = this.pages.get(url.pathname);
    if (given) return given;
    if (url.pathname === '/left') return { body: '<!doctype html><title>Left</title><h1>You have left</h1>' };
    if (url.pathname === '/favicon.ico') return { body: '' };
    if (url.pathname === '/client' || url.pathname === '/component') {
      return { body: await appFile(`${url.pathname.slice(1)}.html`, url.searchParams.get('server') ?? '') };
    }
    for (const [path, folder] of this.folders) {
      const name = url.pathname.slice(path.length);
      if (url.pathname.startsWith(path) && /^[\w./-]+$/.test(name) && !name.includes('..')) return { body: await readFile(join(folder, name)) };
    }
    const file = /^\/app\/([a-z]+\.(?:js|css))$/.exec(url.pathname)?.[1];
    return file ? { body: await appFile(file, '') } : null;
  }
}

/** A file of app/ with the server's address filled in. */
export async function appFile(name: string, server: string): Promise<string> {
  const text = await readFile(new URL(`./app/${name}`, import.meta.url), 'utf8');
  return text.replaceAll('{{server}}', server);
}
