import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark } from '../benchmark.ts';
import { type Darkroom, type DarkroomOptions, openDarkroom } from '../darkroom.ts';
import { followToEnd, submitWithFile } from '../generations.ts';
import { median, timesOf } from '../measure.ts';
import { readMemory, toMegabytes } from '../memory.ts';
import { makePicture, withComment } from '../pictures.ts';
import { nextMessage, startProcess, stopProcess } from '../server-process.ts';
import { startVendor, type Vendor } from '../vendor.ts';

const inputs = 20;
const maxBytes = 20 * 1024 ** 2;
const restMilliseconds = 3_000;
const ceiling = 'the same file decoded and encoded again by sharp alone, in a process of its own';

/** Inputs of 20 MB, one after the other, each from the upload until the provider has it and its picture is stored. */
export const largeInput: Benchmark = {
  name: 'large-input',
  rows: [
    {
      what: `${inputs} inputs of 20 MB and 12 megapixels in a row: memory with the picture processes, above rest at its peak`,
      unit: 'MB',
      bar: { atMost: 150 },
      ceiling,
    },
    { what: 'the same: what the third to the last of them leave behind', unit: 'MB', bar: { atMost: 20 } },
    { what: 'the same: each, upload sent to terminal event received', unit: 's', ceiling },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'largeinput');
    const picture = await makePicture({ width: 4000, height: 3000, sigma: 1.38 });
    if (picture.byteLength > maxBytes || picture.byteLength < 0.95 * maxBytes) {
      throw new Error(`The picture has ${picture.byteLength} bytes.`);
    }
    const file = join(services.directory, 'large-input.png');
    await writeFile(file, picture);
    const vendor = stack.use(await startVendor({ ...services, picture: await blankPicture(64, 64) }));
    return async () => {
      const found = await measureServer({ workspace, role: 'all', vendor }, picture);
      checkReceived(vendor, picture);
      const alone = await measureAlone(file);
      return [
        { value: found.extra, ceiling: alone.extra },
        { value: found.growth },
        { value: found.seconds, ceiling: alone.seconds },
      ];
    };
  },
};

/** In megabytes and seconds, of a server that has just started and taken a few small inputs. */
async function measureServer(options: DarkroomOptions, picture: Buffer) {
  await using stack = new AsyncDisposableStack();
  const darkroom = await openDarkroom(stack, options);
  const small = await blankPicture(256, 256);
  await timesOf(inputs, () => generateFrom(darkroom, small));
  const { server } = darkroom;
  const rest = await readAtRest(darkroom);
  using memory = server.watchMemory();
  const firstTimes = await timesOf(2, () => generateFrom(darkroom, picture));
  const afterFirst = await readAtRest(darkroom);
  const times = await timesOf(inputs - 2, () => generateFrom(darkroom, picture));
  const peak = memory.peak();
  const afterAll = await readAtRest(darkroom);
  return {
    extra: toMegabytes(peak - rest),
    growth: toMegabytes(afterAll - afterFirst),
    seconds: median([...firstTimes, ...times]) / 1000,
  };
}

/** Each time in other bytes: the same ones would be stored already. */
async function generateFrom({ server, socket }: Darkroom, picture: Buffer): Promise<void> {
  const file = new Blob([withComment(picture, crypto.randomUUID())], { type: 'image/png' });
  await followToEnd(socket, await submitWithFile(server.url, { prompt: 'The same at dusk' }, file));
}

/** After a pause for the collector. */
async function readAtRest({ server }: Darkroom): Promise<number> {
  await delay(restMilliseconds);
  return server.resident();
}

/** Throws unless the last requests brought whole pictures. */
function checkReceived({ editBytes }: Vendor, picture: Buffer): void {
  const whole = editBytes.slice(-inputs).filter((sizeBytes) => sizeBytes > 0.9 * picture.byteLength);
  if (whole.length < inputs) throw new Error(`Of ${inputs} inputs ${whole.length} reached the provider.`);
}

async function measureAlone(file: string) {
  const child = startProcess(new URL('../re-encoder.ts', import.meta.url), {});
  try {
    await nextMessage(child);
    const { pid = 0 } = child;
    const { resident } = await readMemory(pid);
    child.send(file);
    const { milliseconds } = await nextMessage<{ milliseconds: number }>(child);
    const { peak } = await readMemory(pid);
    return { extra: toMegabytes(peak - resident), seconds: milliseconds / 1000 };
  } finally {
    await stopProcess(child);
  }
}
