import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'viaduct-player' } } })],
  test: { include: ['player/test/**/*.test.ts', 'console/test/**/*.test.ts'] },
});
