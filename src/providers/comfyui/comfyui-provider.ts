import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { createEngine, type Engine } from './engine.ts';
import type { Job } from './follow-job.ts';
import type { JobSocket } from './job-socket.ts';
import { createLookout } from './lookout.ts';
import definitions from './models.json' with { type: 'json' };
import { readTemplate } from './read-template.ts';
import { seeThrough } from './see-through.ts';
import { submitJob } from './submit-job.ts';
import { createProgressTeller } from './tell-progress.ts';
import { vendor } from './to-failure.ts';
import { toRequest } from './to-request.ts';
import { uploadInputs } from './upload-inputs.ts';

export const comfyuiModels: ModelDefinitions = definitions;

export interface ComfyuiSettings extends Pick<VendorSettings, 'models'> {
  /** Without a slash at its end. Undefined turns the provider off. */
  readonly baseUrl: string | undefined;
  /** For whatever stands before ComfyUI, which itself knows no keys. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMilliseconds?: number;
  /** How often a job is asked for while nothing can be heard of it. */
  readonly pollMilliseconds?: number;
}

/** Everybody's jobs wait in one queue. */
const usualTimeoutMilliseconds = 30 * 60_000;
const usualPollMilliseconds = 1_000;
/** Where a model takes no seed, one is drawn that every sampler takes: the same one twice would paint nothing anew. */
const seeds = 2 ** 32;

/** Paints by the workflows of its models. Throws an `Error` for a workflow without the slots that its model needs. */
export function createComfyuiProvider(
  { fetch, clock }: Pick<VendorDependencies, 'fetch' | 'clock'>,
  settings: ComfyuiSettings,
): Provider {
  const { baseUrl, models, headers = {}, timeoutMilliseconds = usualTimeoutMilliseconds } = settings;
  for (const model of models) readTemplate(model);
  const engine = createEngine({ fetch, baseUrl: baseUrl ?? '', headers });
  const studio = { engine, clock, pollMilliseconds: settings.pollMilliseconds ?? usualPollMilliseconds };
  const limit = { vendor, timeoutMilliseconds };
  return {
    name: 'comfyui',
    models,
    offReason: baseUrl === undefined ? 'Set COMFYUI_URL.' : null,
    repeatable: true,
    timeoutMilliseconds,
    generate: (order) => withinTime(limit, order, (limited) => paint(studio, limited)),
    resume: (order, id) => withinTime(limit, order, (limited) => takeUp(studio, limited, id)),
  };
}

interface Studio {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly pollMilliseconds: number;
}

async function* paint(studio: Studio, order: PictureOrder): AsyncGenerator<ProviderEvent, void, undefined> {
  const { engine } = studio;
  const id = randomUUID();
  const seeded = withSeed(order);
  const body = toRequest(seeded, { id, uploaded: await uploadInputs(engine, order) });
  using socket = await engine.listen(id, order.signal);
  const acceptedId = await submitJob(engine, { id, body, signal: order.signal });
  yield* seeThrough(toJob(studio, seeded, { id: acceptedId, socket }), seeded);
}

/** The id of the job is also the one by which its client hears of it, unless an old server chose another. */
async function* takeUp(
  studio: Studio,
  order: PictureOrder,
  id: string,
): AsyncGenerator<ProviderEvent, void, undefined> {
  using socket = await studio.engine.listen(id, order.signal);
  const job = toJob(studio, order, { id, socket });
  job.lookout.hurry();
  yield* seeThrough(job, order);
}

function withSeed(order: PictureOrder): PictureOrder {
  return {
    ...order,
    pictures: order.pictures.map((picture) => ({ ...picture, seed: picture.seed ?? randomInt(seeds) })),
  };
}

function toJob(
  studio: Studio,
  { model, signal, shrinkFrame }: PictureOrder,
  ids: { readonly id: string; readonly socket: JobSocket },
): Job {
  const lookout = createLookout({ ...studio, ...ids, signal });
  const teller = createProgressTeller(readTemplate(model), { ...studio, shrinkFrame });
  return { ...ids, engine: studio.engine, lookout, teller };
}
