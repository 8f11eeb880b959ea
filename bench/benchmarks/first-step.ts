import pLimit from 'p-limit';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { openInsert } from '../ceilings.ts';
import { type Darkroom, openDarkroom } from '../darkroom.ts';
import { followToEnd, submit } from '../generations.ts';
import { atRate, median, percentile, timesOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import type { Services, Workspace } from '../services.ts';

const perSecond = 50;
const requests = 150;
const connections = 16;
/** Fewer than a socket may have. */
const atOnce = 25;
const bar = { atMost: 10, p99AtMost: 60 };
const ceiling = 'two plain inserts committed, one after the other';

/** From REQUEST_RECEIVED to STARTED, by the times that the step log gives. */
export const firstStep: Benchmark = {
  name: 'first-step',
  rows: [
    { what: `accepted to STARTED at ${perSecond}/s, same process`, unit: 'ms', bar, ceiling },
    { what: `accepted to STARTED at ${perSecond}/s, api and worker apart`, unit: 'ms', bar, ceiling },
  ],
  async prepare(services, stack) {
    const same = await prepareSame(services, stack);
    const apart = await prepareApart(services, stack);
    return async () => [await same(), await apart()];
  },
};

async function prepareSame(services: Services, stack: AsyncDisposableStack) {
  const workspace = await services.createWorkspace(stack, 'firststep');
  return prepareRun(workspace, await openDarkroom(stack, { workspace, role: 'all', connections }));
}

async function prepareApart(services: Services, stack: AsyncDisposableStack) {
  const workspace = await services.createWorkspace(stack, 'firststepapart');
  const darkroom = await openDarkroom(stack, { workspace, role: 'api', connections });
  stack.use(await startServer({ workspace, role: 'worker' }));
  return prepareRun(workspace, darkroom);
}

async function prepareRun(workspace: Workspace, { client, socket }: Darkroom) {
  const insert = await openInsert(workspace);
  const follow = pLimit(atOnce);
  const sendAll = async () => {
    const ids = await atRate({ count: requests, perSecond }, (number) =>
      submit(client, { prompt: `A red fox in deep snow, number ${number}` }),
    );
    await Promise.all(ids.map((id) => follow(() => followToEnd(socket, id))));
  };
  await sendAll();
  return async (): Promise<Measurement> => {
    const since = new Date();
    await sendAll();
    const { rows } = await workspace.pool.query<{ wait: number }>(
      `SELECT extract(epoch FROM started.at - received.at)::float8 * 1000 AS wait
      FROM "GenerationEvent" received JOIN "GenerationEvent" started USING ("generationId")
      WHERE received.type = 'REQUEST_RECEIVED' AND started.type = 'STARTED' AND received.at >= $1`,
      [since],
    );
    if (rows.length !== requests) throw new Error(`${requests} sent, ${rows.length} started`);
    const waits = rows.map(({ wait }) => wait);
    const pairs = await timesOf(50, async () => {
      await insert();
      await insert();
    });
    return { value: median(waits), p99: percentile(waits, 0.99), ceiling: median(pairs) };
  };
}
