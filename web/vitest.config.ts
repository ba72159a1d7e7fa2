import vue from '@vitejs/plugin-vue';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'viaduct-player' } } })],
  resolve: { conditions: ['viaduct-source', ...defaultClientConditions] },
  test: { include: ['player/test/**/*.test.ts', 'console/test/**/*.test.ts'] },
});
