import { setTimeout as delay } from 'node:timers/promises';
import { blankPicture } from '../../test/support/blank-provider.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { type Darkroom, measureTimes, openDarkroom, waitUntilStored } from '../darkroom.ts';
import { submit } from '../generations.ts';
import { timesOf } from '../measure.ts';
import { toMegabytes } from '../memory.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { type Jobs, slowModel, startVendor } from '../vendor.ts';

const size = 500;
const others = 30;
const lookSeconds = 12;

/** One worker of the usual concurrency, and a provider that keeps its jobs for a quarter of a minute after the last has come. */
export const inFlight: Benchmark = {
  name: 'in-flight',
  rows: [
    {
      what: `${size} generations in flight on one worker, its memory with its picture processes at the peak`,
      unit: 'MB',
      bar: { atMost: 300 },
      ceiling: 'resident in the same worker before the first of them',
    },
    { what: `looks at ${size} jobs that the provider works on`, unit: '/s' },
    {
      what: `a generation of another model while ${size} wait`,
      unit: 'ms',
      ceiling: 'the same with nothing waiting',
    },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'inflight');
    const vendor = stack.use(await startVendor({ ...services, picture: await blankPicture(64, 64) }));
    const api = await openDarkroom(stack, { workspace, role: 'api', vendor, connections: 16 });
    return async () => {
      await using worker = await startServer({ workspace, role: 'worker', vendor });
      await measureOthers(api, worker);
      const resident = await worker.resident();
      using memory = worker.watchMemory();
      const alone = await measureOthers(api, worker);
      await submitAll(api, vendor.jobs);
      const looks = await measureLooks(worker, vendor.jobs);
      const beside = await measureOthers(api, worker);
      vendor.jobs.finish();
      await waitUntilStored(workspace);
      return [
        { value: toMegabytes(memory.peak()), ceiling: toMegabytes(resident) },
        looks,
        { ...beside, ceiling: alone.value },
      ];
    };
  },
};

function measureOthers({ generate }: Darkroom, worker: ServerProcess): Promise<Measurement> {
  return measureTimes(worker, () => timesOf(others, () => generate({ prompt: 'A red fox in deep snow' })));
}

/** Until the provider has them all. */
async function submitAll({ client }: Darkroom, jobs: Jobs): Promise<void> {
  const before = jobs.submitted;
  const prompts = Array.from({ length: size }, (_, number) => `City street at night, number ${number}`);
  await Promise.all(prompts.map((prompt) => submit(client, { prompt, model: slowModel })));
  while (jobs.submitted < before + size) await delay(50);
}

async function measureLooks(worker: ServerProcess, jobs: Jobs): Promise<Measurement> {
  const looksBefore = jobs.looks;
  const before = await worker.usage();
  await delay(lookSeconds * 1000);
  const looks = jobs.looks - looksBefore;
  const after = await worker.usage();
  const serverMilliseconds = (after.processorMilliseconds - before.processorMilliseconds) / looks;
  return { value: looks / lookSeconds, serverMilliseconds };
}
