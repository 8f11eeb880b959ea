import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { openInsert } from '../ceilings.ts';
import { followToEnd, openSocket, submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { median, percentile, timesOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import type { Services, Workspace } from '../services.ts';

const perSecond = 50;
const requests = 150;
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
  const { url } = stack.use(await startServer({ workspace, role: 'all' }));
  return prepareRun(workspace, stack, url);
}

async function prepareApart(services: Services, stack: AsyncDisposableStack) {
  const workspace = await services.createWorkspace(stack, 'firststepapart');
  const { url } = stack.use(await startServer({ workspace, role: 'api' }));
  stack.use(await startServer({ workspace, role: 'worker' }));
  return prepareRun(workspace, stack, url);
}

async function prepareRun(workspace: Workspace, stack: AsyncDisposableStack, url: string) {
  const client = stack.use(createHttpClient(url, 16));
  const insert = await openInsert(workspace);
  const socket = await openSocket(url);
  stack.defer(() => socket.dispose());
  const sendAll = async () => {
    const accepted: Promise<string>[] = [];
    const start = performance.now();
    for (let number = 0; number < requests; number += 1) {
      await delay(Math.max(0, start + (number * 1000) / perSecond - performance.now()));
      const sent = submit(client, { prompt: `A red fox in deep snow, number ${number}` });
      // Thrown below, when all are sent.
      sent.catch(() => undefined);
      accepted.push(sent);
    }
    const ids = await Promise.all(accepted);
    await Promise.all(ids.map((id) => followToEnd(socket, id)));
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
