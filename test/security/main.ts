// `npm run test:security`: the attempts and their table. `npm run test:security -- matrix` makes some of them.
import { runSuite } from '../support/run-suite.ts';
import { toTable } from './support/attempt-table.ts';
import { countAttempts } from './support/count-attempts.ts';

await runSuite({
  name: 'test:security',
  config: 'vitest.security.config.ts',
  numbers: { operations: 10_000, seed: 1 },
  place: { page: 'security.md', marker: 'attempts' },
  toTable: (modules) => toTable(countAttempts(modules)),
});
