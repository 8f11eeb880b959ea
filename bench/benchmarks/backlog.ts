import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark } from '../benchmark.ts';
import { waitUntilStored } from '../darkroom.ts';
import { submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { rateOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import type { Workspace } from '../services.ts';

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
      await waitUntilStored(workspace);
      const { processorMilliseconds } = await worker.usage();
      const value = await readRate(workspace, since);
      const put = () => workspace.images.put({ name: `ceiling/${crypto.randomUUID()}`, bytes, mediaType: 'image/png' });
      const ceiling = await rateOf({ milliseconds: 1_000, concurrency }, put);
      return [{ value, ceiling, serverMilliseconds: processorMilliseconds / size }];
    };
  },
};

/** From the first one's start to the last one's end. */
async function readRate({ pool }: Workspace, since: Date): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>(
    `SELECT extract(epoch FROM max("finishedAt") - min("startedAt"))::float8 AS seconds FROM "Generation" WHERE "createdAt" >= $1`,
    [since],
  );
  return size / (rows[0]?.seconds ?? 0);
}
