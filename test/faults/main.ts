// `npm run test:faults`: the faults and their table. `npm run test:faults -- crashes` tries some of them.
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { writeTable } from '../support/write-table.ts';
import { toTable } from './support/outcome-table.ts';
import { forgetOutcomes, readOutcomes } from './support/outcomes.ts';

const usage = 'Usage: npm run test:faults -- [files…] [-t words] [--kills 30] [--seed 1] [--write]\n';

const { values, positionals } = readArguments();
forgetOutcomes();
const vitest = await startVitest('test', positionals, {
  config: 'vitest.faults.config.ts',
  watch: false,
  provide: { kills: Number(values.kills), seed: Number(values.seed) },
  ...(values.testNamePattern === undefined ? {} : { testNamePattern: values.testNamePattern }),
});
const hasFailed = vitest.state.getCountOfFailedTests() > 0 || vitest.state.getUnhandledErrors().length > 0;
await vitest.close();
const table = toTable(readOutcomes());
process.stdout.write(`\n${table}\n`);
if (values.write && !hasFailed) await writeTable(table, { page: 'reliability.md', marker: 'faults' });
process.exit(hasFailed ? 1 : 0);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kills: { type: 'string', default: '30' },
        seed: { type: 'string', default: '1' },
        testNamePattern: { type: 'string', short: 't' },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}
