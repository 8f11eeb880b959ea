// `npm run test:faults`: the faults and their table. `npm run test:faults -- crashes` tries some of them.
import { runSuite } from '../support/run-suite.ts';
import { toTable } from './support/outcome-table.ts';
import { forgetOutcomes, readOutcomes } from './support/outcomes.ts';

forgetOutcomes();
await runSuite({
  name: 'test:faults',
  config: 'vitest.faults.config.ts',
  numbers: { kills: 30, seed: 1 },
  place: { page: 'reliability.md', marker: 'faults' },
  toTable: () => toTable(readOutcomes()),
});
