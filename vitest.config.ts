import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The cluster of the suite is taken down after the last test.
    teardownTimeout: 180_000,
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
      {
        extends: true,
        // One real cluster of two nodes for all files.
        test: {
          name: 'cluster',
          include: ['e2e/cluster/**/*.test.ts'],
          globalSetup: 'e2e/cluster/global-setup.ts',
          fileParallelism: false,
        },
      },
    ],
  },
});
