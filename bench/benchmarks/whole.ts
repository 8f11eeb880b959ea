import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark } from '../benchmark.ts';
import { openEcho, openInsert } from '../ceilings.ts';
import { measureTimes, openDarkroom } from '../darkroom.ts';
import { median, timesOf } from '../measure.ts';

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
    const { server, generate } = await openDarkroom(stack, { workspace, role: 'all' });
    const [insert, echo, bytes] = [await openInsert(workspace), await openEcho(stack), await blankPicture(64, 64)];
    const generateAll = () => timesOf(generations, () => generate({ prompt: 'A serene landscape' }));
    await generateAll();
    return async () => {
      const found = await measureTimes(server, generateAll);
      const least = await timesOf(generations, async () => {
        await insert();
        await workspace.images.put({ name: `ceiling/${crypto.randomUUID()}`, bytes, mediaType: 'image/png' });
        await insert();
        await echo();
      });
      return [{ ...found, ceiling: median(least) }];
    };
  },
};
