import { setTimeout as delay } from 'node:timers/promises';
import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark } from '../benchmark.ts';
import { submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { rateOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import { countRows, type Workspace } from '../services.ts';

const size = 500;
const concurrency = 16;

/** A worker that starts before a full queue. */
export const backlog: Benchmark = {
  name: 'backlog',
  rows: [
    {
      what: `backlog of ${size} drained, concurrency ${concurrency}, by a worker just started`,
      unit: '/s',
      bar: { atLeast: 100 },
      ceiling: 'blobs of 64 px put, 16 at a time',
    },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'backlog');
    const api = stack.use(await startServer({ workspace, role: 'api' }));
    const client = stack.use(createHttpClient(api.url, concurrency));
    const bytes = await blankPicture(64, 64);
    return async () => {
      const since = new Date();
      const prompts = Array.from({ length: size }, (_, number) => `City street at night, number ${number}`);
      await Promise.all(prompts.map((prompt) => submit(client, { prompt })));
      await using worker = await startServer({ workspace, role: 'worker', concurrency });
      while ((await countRows(workspace, unfinished)) > 0) await delay(100);
      const { processorMilliseconds } = await worker.usage();
      const value = await readRate(workspace, since);
      const put = () => workspace.images.put({ name: `ceiling/${crypto.randomUUID()}`, bytes, mediaType: 'image/png' });
      const ceiling = await rateOf({ milliseconds: 1_000, concurrency }, put);
      return [{ value, ceiling, serverMilliseconds: processorMilliseconds / size }];
    };
  },
};

const unfinished = `"Generation" WHERE status IN ('QUEUED', 'RUNNING')`;

/** From the first one's start to the last one's end. Throws when one is missing or not stored. */
async function readRate(workspace: Workspace, since: Date): Promise<number> {
  const { rows } = await workspace.pool.query<{ id: string; finished: boolean; startedAt: Date; finishedAt: Date }>(
    `SELECT id, status = 'SUCCEEDED' AS finished, "startedAt", "finishedAt" FROM "Generation" WHERE "createdAt" >= $1`,
    [since],
  );
  const done = rows.filter(({ finished }) => finished);
  const images = await countRows(workspace, '"Image"');
  const generations = await countRows(workspace, '"Generation"');
  const blobs = (await workspace.images.list('g/')).length;
  if (done.length !== size || images !== generations || blobs !== generations) {
    throw new Error(
      `${done.length} of ${size} succeeded; of ${generations} in all, ${images} rows of pictures, ${blobs} blobs`,
    );
  }
  const start = Math.min(...done.map(({ startedAt }) => startedAt.getTime()));
  const end = Math.max(...done.map(({ finishedAt }) => finishedAt.getTime()));
  return (size * 1000) / (end - start);
}
