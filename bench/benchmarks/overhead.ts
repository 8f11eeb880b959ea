import { developPicture } from '../../src/pictures/develop-picture.ts';
import type { Benchmark } from '../benchmark.ts';
import { openInsert } from '../ceilings.ts';
import { measureTimes, openDarkroom } from '../darkroom.ts';
import { atRate, median, timeOf, timesOf } from '../measure.ts';
import { makePicture } from '../pictures.ts';
import type { Workspace } from '../services.ts';
import { startVendor } from '../vendor.ts';

const generations = 60;
const perSecond = 5;
const bar = { atMost: 120, p99AtMost: 300 };
const what = 'generation by a server that answers at once with a PNG of 1 MB and 1024 px';
const ceiling = 'base64 decoded, picture developed, its blobs put, two plain inserts, in the client’s process';

/** What Darkroom adds to a provider's own time: the provider takes none. */
export const overhead: Benchmark = {
  name: 'overhead',
  rows: [
    { what: `${what}, one after the other`, unit: 'ms', bar, ceiling },
    { what: `the same, ${perSecond} a second arriving`, unit: 'ms', bar, ceiling },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'overhead');
    const picture = await makePicture({ width: 1024, height: 1024, sigma: 0.3 });
    const vendor = stack.use(await startVendor({ ...services, picture }));
    const { server, generate } = await openDarkroom(stack, { workspace, role: 'all', vendor, connections: 4 });
    const generateOne = () => generate({ prompt: 'A serene landscape with mountains at sunset' });
    const doLeast = await openLeast(workspace, picture);
    await timesOf(generations, generateOne);
    return async () => {
      const alone = await measureTimes(server, () => timesOf(generations, generateOne));
      const arriving = await measureTimes(server, () =>
        atRate({ count: generations, perSecond }, () => timeOf(generateOne)),
      );
      const least = median(await timesOf(generations, doLeast));
      return [
        { ...alone, ceiling: least },
        { ...arriving, ceiling: least },
      ];
    };
  },
};

/** What no server can do without that keeps the picture. */
async function openLeast(workspace: Workspace, picture: Buffer): Promise<() => Promise<void>> {
  const insert = await openInsert(workspace);
  const base64 = picture.toString('base64');
  const put = (bytes: Uint8Array) =>
    workspace.images.put({ name: `ceiling/${crypto.randomUUID()}`, bytes, mediaType: 'image/png' });
  return async () => {
    const { bytes, variants } = await developPicture(Buffer.from(base64, 'base64'));
    await insert();
    await Promise.all([bytes, ...variants.map((variant) => variant.bytes)].map(put));
    await insert();
  };
}
