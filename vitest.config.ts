import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/src/**/*.test.ts', '*/testing/**/*.test.ts', 'hack/**/*.test.ts', 'e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Shared CI machines stall for seconds. A test that needs its second try is named in the summary, never hidden.
    retry: process.env['CI'] ? 1 : 0,
  },
});
