import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { openEcho, openNotify } from '../ceilings.ts';
import { followToEnd, openSocket, submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { machineMilliseconds, median, percentile, timesOf } from '../measure.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import type { Services } from '../services.ts';

const generations = 40;
const steps = 8;

/** From the painter's telling a step to the frame in the client. */
export const frames: Benchmark = {
  name: 'frames',
  rows: [
    {
      what: 'step told to frame received, same process',
      unit: 'ms',
      bar: { atMost: 5, p99AtMost: 40 },
      ceiling: 'a round trip over a bare WebSocket',
    },
    {
      what: 'step told to frame received, api and worker apart',
      unit: 'ms',
      bar: { atMost: 30, p99AtMost: 100 },
      ceiling: 'a NOTIFY heard by another connection, then a round trip over a bare WebSocket',
    },
  ],
  async prepare(services, stack) {
    const same = await prepareSame(services, stack);
    const apart = await prepareApart(services, stack);
    return async () => [await same(), await apart()];
  },
};

async function prepareSame(services: Services, stack: AsyncDisposableStack) {
  const workspace = await services.createWorkspace(stack, 'frames');
  const server = stack.use(
    await startServer({ workspace, role: 'all', painter: 'stepping', concurrency: generations }),
  );
  const echo = await openEcho(stack);
  return prepareRun({ api: server, worker: server, stack }, echo);
}

async function prepareApart(services: Services, stack: AsyncDisposableStack) {
  const workspace = await services.createWorkspace(stack, 'framesapart');
  const options = { workspace, painter: 'stepping', concurrency: generations } as const;
  const api = stack.use(await startServer({ ...options, role: 'api' }));
  const worker = stack.use(await startServer({ ...options, role: 'worker' }));
  const [echo, notify] = [await openEcho(stack), await openNotify(workspace, stack)];
  return prepareRun({ api, worker, stack }, async () => {
    await notify();
    await echo();
  });
}

interface Servers {
  readonly api: ServerProcess;
  readonly worker: ServerProcess;
  readonly stack: AsyncDisposableStack;
}

async function prepareRun({ api, worker, stack }: Servers, ceiling: () => Promise<unknown>) {
  const client = stack.use(createHttpClient(api.url, 4));
  const sockets = await Promise.all(Array.from({ length: generations }, () => openSocket(api.url)));
  for (const socket of sockets) stack.defer(() => socket.dispose());
  const follow = async (count: number) => {
    const received = new Map<string, number>();
    const follower = async (number: number) => {
      await delay(number * 15);
      const prompt = `Portrait of an old sailor, number ${number}`;
      const id = await submit(client, { prompt, steps: count });
      const socket = sockets[number];
      if (socket === undefined) throw new Error('There are fewer sockets than generations.');
      await followToEnd(socket, id, ({ tick, step }) => {
        if (tick > 0) received.set(`${prompt}/${step}`, machineMilliseconds());
      });
    };
    await Promise.all(sockets.keys().map(follower));
    return received;
  };
  await follow(2);
  await worker.announcements();
  return async (): Promise<Measurement> => {
    const received = await follow(steps);
    const announcements = await worker.announcements();
    const times = announcements.flatMap(({ prompt, step, at }) => {
      const receivedAt = received.get(`${prompt}/${step}`);
      return receivedAt === undefined ? [] : [receivedAt - at];
    });
    if (times.length !== generations * steps) {
      throw new Error(`${announcements.length} steps told, ${times.length} of them received`);
    }
    const trips = await timesOf(200, ceiling);
    return { value: median(times), p99: percentile(times, 0.99), ceiling: median(trips) };
  };
}
