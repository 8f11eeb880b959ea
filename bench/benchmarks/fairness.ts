import { createKeys, pepper } from '../api-keys.ts';
import type { Benchmark } from '../benchmark.ts';
import { followToEnd, openSocket, submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { median, timeOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import { countRows } from '../services.ts';

const backlog = 1_000;
const concurrency = 4;
const tries = 10;

/** One user's thousand generations, and another's one behind them. */
export const fairness: Benchmark = {
  name: 'fairness',
  rows: [
    {
      what: `generateImage to terminal event behind ${backlog} of another user, ${concurrency} slots`,
      unit: 'ms',
      ceiling: 'the same with nobody else there',
    },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'fairness');
    const [busyKey = '', quietKey = ''] = await createKeys(workspace, [crypto.randomUUID(), crypto.randomUUID()]);
    const environment = { API_KEY_PEPPER: pepper, RATE_LIMIT_POINTS: '0', RATE_LIMIT_KEY_POINTS: '0' };
    const server = stack.use(await startServer({ workspace, role: 'all', concurrency, environment }));
    const busy = stack.use(createHttpClient(server.url, 16, `Bearer ${busyKey}`));
    const quiet = stack.use(createHttpClient(server.url, 1, `Bearer ${quietKey}`));
    const socket = await openSocket(server.url, `Bearer ${quietKey}`);
    stack.defer(() => socket.dispose());
    const once = () => timeOf(async () => followToEnd(socket, await submit(quiet, { prompt: 'The one' })));
    const often = async () => {
      const times: number[] = [];
      while (times.length < tries) times.push(await once());
      return median(times);
    };
    await often();
    return async () => {
      await untilIdle(() => countRows(workspace, `"Generation" WHERE status IN ('QUEUED', 'RUNNING')`));
      const alone = await often();
      await Promise.all(Array.from({ length: backlog }, (_, number) => submit(busy, { prompt: `Many, ${number}` })));
      const behind = await often();
      if ((await countRows(workspace, `"Generation" WHERE status = 'QUEUED'`)) === 0) {
        throw new Error('Nobody waited any more when the last of the others had ended.');
      }
      return [{ value: behind, ceiling: alone }];
    };
  },
};

async function untilIdle(count: () => Promise<number>): Promise<void> {
  while ((await count()) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
}
