import { parseArgs } from 'node:util';
import type { Benchmark, Measurement } from './benchmark.ts';
import { accept } from './benchmarks/accept.ts';
import { backlog } from './benchmarks/backlog.ts';
import { fairness } from './benchmarks/fairness.ts';
import { firstStep } from './benchmarks/first-step.ts';
import { frames } from './benchmarks/frames.ts';
import { history } from './benchmarks/history.ts';
import { inFlight } from './benchmarks/in-flight.ts';
import { largeInput } from './benchmarks/large-input.ts';
import { overhead } from './benchmarks/overhead.ts';
import { paint } from './benchmarks/paint.ts';
import { protectionCost } from './benchmarks/protection.ts';
import { slowReader } from './benchmarks/slow-reader.ts';
import { start } from './benchmarks/start.ts';
import { whole } from './benchmarks/whole.ts';
import { describeMachine } from './measure.ts';
import { type Services, startServices } from './services.ts';
import { type Result, toLegend, toTable } from './table.ts';

const benchmarks: readonly Benchmark[] = [
  accept,
  firstStep,
  frames,
  whole,
  backlog,
  history,
  start,
  paint,
  overhead,
  inFlight,
  largeInput,
  protectionCost,
  slowReader,
  fairness,
];

/** Runs the benchmarks that are named, or all, and prints one table. Ends with 1 when one did not work, never for a slow one. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '5' } },
  });
  const chosen = choose(positionals);
  const results: Result[] = [];
  await using services = await startServices();
  for (const benchmark of chosen) {
    try {
      results.push(...(await runBenchmark(services, benchmark, Number(values.runs))));
    } catch (error) {
      process.stderr.write(`${benchmark.name} failed: ${error instanceof Error ? error.stack : error}\n`);
      process.exitCode = 1;
    }
  }
  const rows = results.map(({ row }) => row);
  const head = `Medians of ${values.runs} runs; p99 and ratio too. ${describeMachine()}.`;
  process.stdout.write(`${[head, toTable(results), toLegend(rows)].join('\n\n')}\n`);
}

function choose(names: readonly string[]): readonly Benchmark[] {
  const known = benchmarks.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}, only ${known.join(', ')}.`);
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

async function runBenchmark(services: Services, benchmark: Benchmark, runs: number): Promise<readonly Result[]> {
  await using stack = new AsyncDisposableStack();
  const start = performance.now();
  const tell = (what: string) => {
    process.stderr.write(
      `${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${benchmark.name}: ${what}\n`,
    );
  };
  const run = await benchmark.prepare(services, stack);
  tell('ready');
  const found: (readonly Measurement[])[] = [];
  while (found.length < runs) {
    found.push(await run());
    tell(`run ${found.length} of ${runs}`);
  }
  return benchmark.rows.map((row, index) => ({
    row,
    runs: found.flatMap((measurements) => measurements[index] ?? []),
  }));
}

await main();
