import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  build: {
    outDir: '../build/served/pages',
    emptyOutDir: true,
    assetsDir: 'pages',
    // A data: URL would need an exception in a content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: page('index.html'),
        client: page('demo/client.html'),
        component: page('demo/component.html'),
        reproduce: page('demo/reproduce.html'),
        'app-client': page('demo/app-client.html'),
        'app-component': page('demo/app-component.html'),
        left: page('demo/left.html'),
      },
    },
  },
});
