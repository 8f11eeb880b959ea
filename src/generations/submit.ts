import { randomInt } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { insertGeneration, type NewGeneration } from '../database/insert-generation.ts';
import { insertInputs, type NewInput } from '../database/insert-inputs.ts';
import { applyRequest } from '../domain/apply-request.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { GenerationRequest, RequestedInputs } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { ModelUnavailable, UnknownModel } from '../domain/user-errors.ts';
import type { RequestedInput } from '../inputs/image-source.ts';
import { resolveSources } from '../inputs/resolve-sources.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<
  GenerationDependencies,
  'database' | 'queue' | 'announce' | 'catalogue' | 'health' | 'inputs' | 'clock' | 'createId'
>;

export interface Submission {
  readonly userId: string;
  readonly request: GenerationRequest;
  /** The input images in their order, the mask last. */
  readonly inputs: readonly RequestedInput[];
}

/**
 * Accepts a request: checks it against the model, stores it and queues it in one transaction, and answers its id.
 * Throws `UnknownModel`, `ModelUnavailable`, `InvalidInput` and `InputImageUnusable`; then nothing is stored but images that
 * were sent along.
 */
export async function submitGeneration(dependencies: Dependencies, submission: Submission): Promise<string> {
  const { clock, createId, announce } = dependencies;
  const { userId, request } = submission;
  const model = chooseModel(dependencies, request);
  const counted = count(submission.inputs);
  // Checked before anything that was sent along is stored.
  const checked = applyRequest({ request, inputs: counted, randomSeed }, model.capabilities);
  const inputs = await resolveSources(dependencies.inputs, submission);
  const size = inputs.find(({ role }) => role === 'REFERENCE')?.size ?? null;
  const { options, warnings, wording } =
    size === null ? checked : applyRequest({ request, inputs: { ...counted, size }, randomSeed }, model.capabilities);
  const generation = {
    id: createId(),
    promptId: createId(),
    styled: wording === request.prompt ? null : { promptId: createId(), text: wording },
    userId,
    modelSlug: model.slug,
    provider: model.provider,
    request,
    options,
    warnings,
    createdAt: new Date(clock.now()),
  };
  await store(dependencies, generation, inputs);
  crashPoint('after-accept-commit');
  // Nobody can watch it yet: its id is not known to anyone.
  announce({ kind: 'work' });
  return generation.id;
}

/** The first of the wished models that can be used now. */
function chooseModel({ catalogue, health }: Dependencies, request: GenerationRequest): ImageModel {
  const wished = [request.model ?? catalogue.defaultModel.slug, ...request.fallbackModels];
  const models = wished.map((slug) => {
    const model = catalogue.find(slug);
    if (model === undefined) throw new UnknownModel(slug, catalogue.models);
    return model;
  });
  const usable = models.find((model) => health.findUnavailability(model) === undefined);
  if (usable !== undefined) return usable;
  const [first] = models;
  const unavailability = first && health.findUnavailability(first);
  throw new ModelUnavailable(
    unavailability?.reason ?? 'The model cannot be used now.',
    unavailability?.retryAfterSeconds,
  );
}

function count(inputs: readonly RequestedInput[]): RequestedInputs {
  const images = inputs.filter(({ role }) => role === 'REFERENCE').length;
  return { images, mask: images < inputs.length, size: null };
}

/** As far as `randomInt` goes, which is far enough where a model takes even more. */
const maxRandomSeed = 2 ** 48 - 2;

function randomSeed(max: number): number {
  return randomInt(Math.min(max, maxRandomSeed) + 1);
}

async function store(
  { database, queue }: { readonly database: Database; readonly queue: JobQueue },
  generation: NewGeneration,
  inputs: readonly NewInput[],
): Promise<void> {
  await database.transaction(async (connection) => {
    await insertGeneration(connection, generation);
    await insertInputs(connection, generation.id, inputs);
    await queue.enqueue(connection, [toRunJob(generation.id)]);
    crashPoint('before-accept-commit');
  });
}

export function toRunJob(generationId: string) {
  return { name: 'run-generation', data: { generationId }, key: generationId } as const;
}
