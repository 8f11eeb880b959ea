import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Without Vite's own condition `development`, by which our files would get another copy of graphql than yoga does.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Suites of their own: vitest.faults.config.ts and vitest.security.config.ts.
    exclude: ['test/faults/**', 'test/security/**'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    // A process for each file would load the program anew two hundred times: what a file starts, it closes.
    isolate: false,
    // PostgreSQL and Azurite run beside the tests, and most of a test is waiting for them.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.cache/test-report.json' },
  },
});
