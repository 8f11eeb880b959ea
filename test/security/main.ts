// `npm run test:security`: the attempts and their table. `npm run test:security -- matrix` makes some of them.
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { writeTable } from '../support/write-table.ts';
import { toTable } from './support/attempt-table.ts';
import { countAttempts } from './support/count-attempts.ts';

const usage = 'Usage: npm run test:security -- [files…] [-t words] [--operations 10000] [--seed 1] [--write]\n';

const { values, positionals } = readArguments();
const vitest = await startVitest('test', positionals, {
  config: 'vitest.security.config.ts',
  watch: false,
  provide: { operations: Number(values.operations), seed: Number(values.seed) },
  ...(values.testNamePattern === undefined ? {} : { testNamePattern: values.testNamePattern }),
});
const hasFailed = vitest.state.getCountOfFailedTests() > 0 || vitest.state.getUnhandledErrors().length > 0;
const rows = countAttempts(vitest.state.getTestModules());
await vitest.close();
const table = toTable(rows);
process.stdout.write(`\n${table}\n`);
if (values.write && !hasFailed) await writeTable(table, { page: 'security.md', marker: 'attempts' });
process.exit(hasFailed ? 1 : 0);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        operations: { type: 'string', default: '10000' },
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
