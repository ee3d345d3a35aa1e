import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'rooms', include: ['*/src/**/*.test.ts', '*/testing/**/*.test.ts', 'hack/**/*.test.ts'] },
      },
      {
        extends: true,
        // Both servers are started once; the files share them.
        test: { name: 'contract', include: ['e2e/contract/**/*.test.ts'], globalSetup: 'e2e/contract/global-setup.ts' },
      },
      {
        extends: true,
        // Faults load the whole machine: one scenario at a time, and nothing beside them.
        test: {
          name: 'system',
          include: ['e2e/*.test.ts', 'e2e/{faults,system}/**/*.test.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
