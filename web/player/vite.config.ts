import { defineConfig } from 'vite';

/** The package as it is published: modules without a framework, and the component for Vue beside them. */
export default defineConfig({
  base: './',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Scripts, workers and styles of pages with a strict policy come from their own origin only.
    assetsInlineLimit: 0,
    lib: { entry: { index: 'src/index.ts', vue: 'src/vue.ts' }, formats: ['es'] },
    rolldownOptions: { external: ['vue'] },
  },
});
