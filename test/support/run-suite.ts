import { parseArgs } from 'node:util';
import { startVitest, type TestModule } from 'vitest/node';
import { type PlaceOfTable, writeTable } from './write-table.ts';

export interface Suite<Name extends string> {
  /** Of its script: `test:faults`. */
  readonly name: string;
  /** Of vitest. */
  readonly config: string;
  /** Whole numbers that somebody may choose, with their defaults; tests are given them by these names. */
  readonly numbers: Readonly<Record<Name, number>>;
  readonly place: PlaceOfTable;
  /** What came of it, in Markdown. */
  readonly toTable: (modules: readonly TestModule[]) => string;
}

/** Runs the files that were named, or all, prints the table, and with `--write` puts it into its page. Ends the process. */
export async function runSuite<Name extends string>(suite: Suite<Name>): Promise<never> {
  const { values, positionals } = readArguments(suite);
  const { write, testNamePattern } = values;
  const vitest = await startVitest('test', positionals, {
    config: suite.config,
    watch: false,
    provide: Object.fromEntries(
      Object.keys(suite.numbers).map((name) => [name, Number((values as Readonly<Record<string, unknown>>)[name])]),
    ),
    ...(typeof testNamePattern === 'string' ? { testNamePattern } : {}),
  });
  const hasFailed = vitest.state.getCountOfFailedTests() > 0 || vitest.state.getUnhandledErrors().length > 0;
  const modules = vitest.state.getTestModules();
  const table = suite.toTable(modules);
  await vitest.close();
  process.stdout.write(`\n${table}\n`);
  if (write && !hasFailed) await writeTable(table, suite.place);
  process.exit(hasFailed ? 1 : 0);
}

function readArguments({ name, numbers }: Pick<Suite<string>, 'name' | 'numbers'>) {
  const flags = Object.entries(numbers).map(([option, usual]) => `[--${option} ${usual}]`);
  const usage = `Usage: npm run ${name} -- [files…] [-t words] ${flags.join(' ')} [--write]\n`;
  const choices = Object.entries(numbers).map(([option, usual]) => [option, { type: 'string', default: `${usual}` }]);
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...(Object.fromEntries(choices) as Record<string, { type: 'string'; default: string }>),
        testNamePattern: { type: 'string', short: 't' },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}
