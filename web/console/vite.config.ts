import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  build: {
    outDir: '../dist/pages',
    emptyOutDir: true,
    assetsDir: 'pages',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: page('index.html'),
        client: page('demo/client.html'),
        component: page('demo/component.html'),
      },
    },
  },
});
