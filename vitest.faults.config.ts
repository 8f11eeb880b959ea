import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Faults on real processes: minutes, where `npm test` takes seconds. `npm run test:faults` runs them. */
export default defineConfig({
  // As for the other tests, see vitest.config.ts.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    // Every test starts several processes. What they are made of is compiled once: that is half of what a start costs.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    maxWorkers: 1,
    maxConcurrency: 4,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.cache/fault-report.json' },
  },
});
