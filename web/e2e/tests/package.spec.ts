import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import { expect, test as base } from '../fixtures.ts';
import { PackedApp, type Framework } from '../packed-app.ts';
import type { Fields } from '../person.ts';

const run = promisify(execFile);
const demo = 'Demo meeting';

/** Makes apps with the package of the test's server, and takes them away at the end. */
const test = base.extend<{ pack: (framework?: Framework) => Promise<PackedApp> }>({
  pack: async ({ server }, use) => {
    const made: PackedApp[] = [];
    await use(async (framework) => {
      const app = await PackedApp.make(server.url, framework);
      made.push(app);
      return app;
    });
    await Promise.all(made.map((app) => app.dispose()));
  },
});
test.beforeEach(() => test.setTimeout(180_000));

const page = (...scripts: string[]): string =>
  `<!doctype html><title>An app with the package</title><div id="root"></div><div id="meetingSDKElement"></div><script src="/app/record.js"></script>${scripts.join('')}`;
const module = (name: string): string => `<script type="module" src="./${name}"></script>`;
const classic = (name: string): string => `<script src="${name}"></script>`;

const sdk = `
import { ZoomMtg } from '@zoom/meetingsdk';
import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';
Object.assign(window, { ZoomMtg, ZoomMtgEmbedded });
`;

test('the package installs under the known name, builds with Vite and joins in both views', async ({ pack, world, people, app }) => {
  const packed = await pack();
  const installed = JSON.parse(await readFile(packed.installed('package.json'), 'utf8')) as { version: string };
  expect(installed.version).toMatch(/^\d+\.\d+\.\d+/);
  await packed.write('sdk.js', sdk);
  for (const view of ['client', 'component']) {
    await packed.copy(`app/${view}.js`, `app-${view}.js`);
    await packed.write(`${view}.js`, `import './sdk';\nimport './app-${view}.js';\n`);
    await packed.write(`${view}.html`, page(module(`${view}.js`)));
  }
  app.folder('/package/', await packed.build('/package/', ['client.html', 'component.html']));

  const [grace, linus] = await Promise.all([
    people.open('component', { address: `${app.origin}/package/component.html` }),
    people.open('client', { address: `${app.origin}/package/client.html` }),
  ]);
  // No address is named anywhere: the package knows the server it came from.
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await linus.enter(await world.joinOptions(demo, 'Linus'));
  await grace.startCamera();
  await linus.expectMovingVideo(await grace.userId());
  expect(await linus.names()).toEqual(['Grace', 'Linus']);
});

const frameworks: { framework: Framework; version: RegExp; files: string[]; entry: string }[] = [
  { framework: 'react18', version: /^18\./, files: ['react.jsx'], entry: 'react.jsx' },
  { framework: 'react19', version: /^19\./, files: ['react.jsx'], entry: 'react.jsx' },
  { framework: 'vue3', version: /^3\./, files: ['vue.js', 'App.vue'], entry: 'vue.js' },
];

for (const { framework, version, files, entry } of frameworks) {
  test(`an app on ${framework} shows Component View and meets another page`, async ({ pack, world, people, app }) => {
    const packed = await pack(framework);
    for (const file of files) await packed.copy(`framework-apps/${file}`, file);
    await packed.copy('app/component.js', 'app-component.js');
    await packed.write('main.js', `import './${entry}';\nimport './app-component.js';\n`);
    await packed.write('index.html', page(module('main.js')));
    app.folder(`/${framework}/`, await packed.build(`/${framework}/`, ['index.html'], [framework === 'vue3' ? vue() : react()]));

    const [grace, linus] = await Promise.all([people.open('component', { address: `${app.origin}/${framework}/index.html` }), people.open('client')]);
    await linus.enter(await world.joinOptions(demo, 'Linus'));
    const options = grace.options(await world.joinOptions(demo, 'Grace'));
    const answer = await grace.page.evaluate((o) => (window as unknown as { enter(options: Fields): Promise<unknown> }).enter(o), options);
    expect(answer).toBe('');
    expect(await grace.page.evaluate(() => (window as unknown as { framework: string }).framework)).toMatch(version);
    await grace.startCamera();
    await linus.expectMovingVideo(await grace.userId());
    expect(await linus.names()).toEqual(['Grace', 'Linus']);
    expect(await grace.events('page error')).toEqual([]);
  });
}

test('an app of CommonJS modules gets both views by require', async ({ pack, world, people, app }) => {
  const packed = await pack();
  await packed.copy('framework-apps/required.cjs', 'required.cjs');
  await packed.copy('app/component.js', 'app-component.js');
  await packed.write('main.js', `import './required.cjs';\nimport './app-component.js';\n`);
  await packed.write('index.html', page(module('main.js')));
  app.folder('/required/', await packed.build('/required/', ['index.html']));
  const [grace, linus] = await Promise.all([people.open('component', { address: `${app.origin}/required/index.html` }), people.open('client')]);
  await grace.enter(await world.joinOptions(demo, 'Grace'));
  await linus.enter(await world.joinOptions(demo, 'Linus'));
  await grace.startCamera();
  await linus.expectMovingVideo(await grace.userId());
  expect(await grace.page.evaluate(() => typeof (window as unknown as { ZoomMtg: { join: unknown } }).ZoomMtg.join)).toBe('function');
});

test('plain script tags from the package’s dist folder join in both views', async ({ pack, world, people, app }) => {
  const packed = await pack();
  app.folder('/sdk/', packed.installed('dist'));
  const vendor = ['react', 'react-dom', 'redux', 'redux-thunk', 'react-redux', 'lodash'].map((name) => classic(`/sdk/lib/vendor/${name}.min.js`));
  const css = ['css/bootstrap.css', 'css/react-select.css', 'ui/zoom-meetingsdk.css'].map((name) => `<link rel="stylesheet" href="/sdk/${name}">`);
  const names = { client: ['zoomus-websdk.umd.min.js', 'zoom-meeting-6.2.0.min.js'], component: ['zoomus-websdk-embedded.umd.min.js', 'zoom-meeting-embedded-ES5.min.js'] };
  const opened = await Promise.all(
    (['client', 'component'] as const).flatMap((view) =>
      names[view].map((name) => {
        const address = app.serve(`/tags/${name}.html`, { body: page(...css, ...vendor, classic(`/sdk/${name}`), classic(`/app/${view}.js`)) });
        return people.open(view, { address });
      }),
    ),
  );
  for (const [i, person] of opened.entries()) await person.enter(await world.joinOptions(demo, `Person ${i}`));
  const [first, , third] = opened;
  await first?.startCamera();
  await third?.expectMovingVideo((await first?.userId()) ?? 0);
  expect(await third?.names()).toEqual(['Person 0', 'Person 1', 'Person 2', 'Person 3']);
  for (const person of opened) expect(await person.events('page error')).toEqual([]);
});

const consumer = `
import { ZoomMtg } from '@zoom/meetingsdk';
import ZoomMtgEmbedded, { ZoomMtgEmbedded as named } from '@zoom/meetingsdk/embedded';

const client = ZoomMtgEmbedded.createClient();
const same: typeof client = named.createClient();
export const joined: Promise<unknown> = same.join({ signature: '', meetingNumber: '1', userName: '' });
// @ts-expect-error -- no such function
client.doesNotExist();
ZoomMtg.init({ leaveUrl: '/', success: () => ZoomMtg.getAttendeeslist({}) });
// @ts-expect-error -- no such option
ZoomMtg.init({ leaveUrl: 1 });
`;
const requiring = `
import meetingsdk = require('@zoom/meetingsdk');
import embedded = require('@zoom/meetingsdk/embedded');
export const client = embedded.default.createClient();
meetingsdk.ZoomMtg.preLoadWasm();
// @ts-expect-error -- no such function
client.doesNotExist();
`;

test('the types serve every way of resolving modules', async ({ pack }) => {
  const packed = await pack();
  await packed.write('consumer.ts', consumer);
  await packed.write('module.mts', consumer);
  await packed.write('required.cts', requiring);
  await packed.checkTypes(['consumer.ts'], { module: 'ESNext', moduleResolution: 'Bundler' });
  for (const module of ['Node16', 'NodeNext']) await packed.checkTypes(['consumer.ts', 'module.mts', 'required.cts'], { module, moduleResolution: module });
});

test('a server that renders pages can load the package', async ({ pack }) => {
  const packed = await pack();
  await packed.write('load.mjs', `${sdk.replace('window', 'globalThis')}\nconsole.log(typeof ZoomMtg.join, typeof ZoomMtgEmbedded.createClient);\n`);
  await packed.write('load.cjs', `console.log(typeof require('@zoom/meetingsdk').ZoomMtg.join, typeof require('@zoom/meetingsdk/embedded').default.createClient);\n`);
  await packed.write('umd.cjs', `console.log(typeof require('@zoom/meetingsdk/dist/zoomus-websdk.umd.min.js').ZoomMtg.join, typeof require('@zoom/meetingsdk/dist/zoomus-websdk-embedded.umd.min.js').default.createClient);\n`);
  for (const file of ['load.mjs', 'load.cjs', 'umd.cjs']) expect((await run(process.execPath, [packed.at(file)])).stdout.trim(), file).toBe('function function');
});

test('an app that takes one view carries nothing of the other; each module has its source map', async ({ pack }) => {
  const packed = await pack();
  await packed.write('main.js', `import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';\nwindow.client = ZoomMtgEmbedded.createClient();\n`);
  await packed.write('index.html', page(module('main.js')));
  const assets = join(await packed.build('/', ['index.html']), 'assets');
  const built = (await Promise.all((await readdir(assets)).map((name) => readFile(join(assets, name), 'utf8')))).join('\n');
  expect(built).toContain('createClient');
  expect(built).not.toContain('inMeetingServiceListener');
  expect(await readFile(packed.installed('index.js'), 'utf8')).toContain('inMeetingServiceListener');

  // What the build adds of its own has no source.
  const modules = (await readdir(packed.installed('.'))).filter((name) => /\.c?js$/.test(name) && !/^(address|rolldown-runtime|objectSpread2)/.test(name));
  expect(modules.length).toBeGreaterThan(6);
  for (const name of modules) {
    const map = JSON.parse(await readFile(packed.installed(`${name}.map`), 'utf8')) as { sources: string[]; sourcesContent: string[] };
    expect(map.sourcesContent.length, name).toBe(map.sources.length);
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
