import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { expect, test } from '../fixtures.ts';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const sdk = `
import { ZoomMtg } from '@zoom/meetingsdk';
import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';

const client = ZoomMtgEmbedded.createClient();
const joined: Promise<unknown> = client.join.length >= 0 ? Promise.resolve() : client.join({ signature: '', meetingNumber: '', userName: '' });
void joined;
Object.assign(window, { ZoomMtg, ZoomMtgEmbedded });
`;
const page = (view: string): string =>
  `<!doctype html><title>An app with the package</title><div id="meetingSDKElement"></div><script src="/app/record.js"></script><script type="module" src="./${view}.ts"></script>`;

test('the package installs under the known name, builds with Vite and joins in both views', async ({ server, world, people, app }) => {
  test.setTimeout(180_000);
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-package-'));
  try {
    const manifest = { name: 'app', private: true, type: 'module', dependencies: { '@zoom/meetingsdk': `${server.url}/sdk/meetingsdk.tgz` } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });
    const installed = JSON.parse(await readFile(join(folder, 'node_modules/@zoom/meetingsdk/package.json'), 'utf8')) as { version: string };
    expect(installed.version).toMatch(/^\d+\.\d+\.\d+/);

    await writeFile(join(folder, 'sdk.ts'), sdk);
    for (const view of ['client', 'component']) {
      await cp(here(`../app/${view}.js`), join(folder, `app-${view}.js`));
      await writeFile(join(folder, `${view}.ts`), `import './sdk';\n// @ts-expect-error -- a plain script\nimport './app-${view}.js';\n`);
      await writeFile(join(folder, `${view}.html`), page(view));
    }
    const types = { compilerOptions: { strict: true, noEmit: true, target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2022', 'DOM'], types: [] }, files: ['sdk.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(types));
    await run(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-p', folder]);

    await build({
      root: folder,
      base: '/package/',
      logLevel: 'error',
      configFile: false,
      build: { rolldownOptions: { input: { client: join(folder, 'client.html'), component: join(folder, 'component.html') } } },
    });
    app.folder('/package/', join(folder, 'dist'));
    const assets = await readdir(join(folder, 'dist/assets'));
    expect(assets.length).toBeGreaterThan(2);

    const [grace, linus] = await Promise.all([
      people.open('component', { address: `${app.origin}/package/component.html` }),
      people.open('client', { address: `${app.origin}/package/client.html` }),
    ]);
    // No address is named anywhere: the package knows the server it came from.
    await grace.enter(await world.joining('Demo meeting', 'Grace'));
    await linus.enter(await world.joining('Demo meeting', 'Linus'));
    await grace.startCamera();
    await linus.seesMoving(await grace.userId());
    expect(await linus.names()).toEqual(['Grace', 'Linus']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the tarball is the same to the byte each time', async ({ server }) => {
  const once = async (): Promise<Buffer> => {
    const answer = await fetch(`${server.url}/sdk/meetingsdk.tgz`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  const [first, second] = [await once(), await once()];
  expect(first.equals(second)).toBe(true);
  expect(first.length).toBeGreaterThan(10_000);
});
