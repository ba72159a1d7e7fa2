import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where `npm run dev` finds a server: the mock, or a running Viaduct. */
const SERVER = process.env['VIADUCT_URL'] ?? 'http://127.0.0.1:8090';

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'viaduct-player' } } })],
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_JIT_COMPILATION__: 'true',
  },
  // The player's sources, not what is published of it.
  resolve: { conditions: ['viaduct-source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // The page's policy allows scripts, workers and styles from its own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': { target: SERVER, ws: true },
      '^/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+\\.(mp4|flv|jpg)': { target: SERVER, ws: true },
    },
  },
});
