import { defineConfig } from 'vitest/config';

/** Attempts to get in, to take what is another's, and to do harm. `npm run test:security` makes them. */
export default defineConfig({
  // As for the other tests, see vitest.config.ts.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    include: ['test/security/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.cache/security-report.json' },
  },
});
