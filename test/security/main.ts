// `npm run test:security`: the attempts and their table. `npm run test:security -- matrix` makes some of them.
import { startVitest } from 'vitest/node';
import { toTable } from './support/attempt-table.ts';
import { countAttempts } from './support/count-attempts.ts';

const vitest = await startVitest('test', process.argv.slice(2), { config: 'vitest.security.config.ts', watch: false });
const hasFailed = vitest.state.getCountOfFailedTests() > 0 || vitest.state.getUnhandledErrors().length > 0;
const rows = countAttempts(vitest.state.getTestModules());
await vitest.close();
process.stdout.write(`\n${toTable(rows)}\n`);
process.exit(hasFailed ? 1 : 0);
