import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark } from '../benchmark.ts';
import { openEcho, openInsert } from '../ceilings.ts';
import { followToEnd, openSocket, submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { median, percentile, timesOf } from '../measure.ts';
import { startServer } from '../server-process.ts';

const generations = 40;

/** One generation after the other, each from the request to the terminal event. */
export const whole: Benchmark = {
  name: 'whole',
  rows: [
    {
      what: 'whole generation, request sent to terminal event received',
      unit: 'ms',
      bar: { atMost: 60 },
      ceiling: 'two plain inserts, one blob put, one round trip over a bare WebSocket, one after the other',
    },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'whole');
    const server = stack.use(await startServer({ workspace, role: 'all' }));
    const client = stack.use(createHttpClient(server.url, 1));
    const socket = await openSocket(server.url);
    stack.defer(() => socket.dispose());
    const [insert, echo, bytes] = [await openInsert(workspace), await openEcho(stack), await blankPicture(64, 64)];
    const generateOne = async () => followToEnd(socket, await submit(client, { prompt: 'A serene landscape' }));
    await timesOf(generations, generateOne);
    return async () => {
      const before = await server.usage();
      const times = await timesOf(generations, generateOne);
      const after = await server.usage();
      const least = await timesOf(generations, async () => {
        await insert();
        await workspace.images.put({ name: `ceiling/${crypto.randomUUID()}`, bytes, mediaType: 'image/png' });
        await insert();
        await echo();
      });
      const serverMilliseconds = (after.processorMilliseconds - before.processorMilliseconds) / generations;
      return [{ value: median(times), p99: percentile(times, 0.99), ceiling: median(least), serverMilliseconds }];
    };
  },
};
