import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import type { Benchmark } from '../benchmark.ts';
import { machineMilliseconds } from '../measure.ts';
import { seedHistory } from '../seed-history.ts';
import { nextMessage, startProcess, stopProcess } from '../server-process.ts';
import { connectPool } from '../services.ts';

const size = 10_000;
const restMilliseconds = 2_000;
const main = new URL('../../src/main.ts', import.meta.url);

/** `npm start` as it comes, with its own PostgreSQL and Azurite, on data that is there already. */
export const start: Benchmark = {
  name: 'start',
  rows: [
    {
      what: 'start to ready, embedded services included, data there',
      unit: 's',
      bar: { atMost: 3 },
      ceiling: 'Node alone, until it says so over IPC',
    },
    {
      what: 'resident memory of the server at rest, embedded services apart',
      unit: 'MB',
      bar: { atMost: 230 },
      ceiling: 'Node alone',
    },
  ],
  async prepare({ directory }) {
    const data = join(directory, 'start');
    await seed(join(data, 'postgres'));
    const environment = { DATA_DIR: data, PORT: '0', LOG_LEVEL: 'warn' };
    const measureServer = () => measure(() => startProcess(main, { environment }), waitUntilReady);
    await measureServer();
    return async () => {
      const server = await measureServer();
      const node = await measure(() => startProcess(new URL('../idle.ts', import.meta.url), {}), nextMessage);
      return [
        { value: server.seconds, ceiling: node.seconds },
        { value: server.megabytes, ceiling: node.megabytes },
      ];
    };
  },
};

async function seed(directory: string): Promise<void> {
  await using postgres = await startEmbeddedPostgres({ directory });
  await migrateDatabase({ url: postgres.url, log: { info: () => undefined } });
  const pool = connectPool(postgres.url);
  await seedHistory(pool, size);
  await pool.end();
}

async function measure(startChild: () => ChildProcess, ready: (child: ChildProcess) => Promise<unknown>) {
  const startedAt = machineMilliseconds();
  const child = startChild();
  try {
    await ready(child);
    const seconds = (machineMilliseconds() - startedAt) / 1000;
    await delay(restMilliseconds);
    return { seconds, megabytes: await readResidentMegabytes(child) };
  } finally {
    await stopProcess(child);
  }
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const { url } = await nextMessage<{ url: string }>(child);
  const response = await fetch(`${url}/health/ready`);
  if (response.status !== 200) throw new Error(`Not ready: ${await response.text()}`);
}

async function readResidentMegabytes({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
