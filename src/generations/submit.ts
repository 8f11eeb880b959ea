import { randomInt } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { insertGeneration, type NewGeneration } from '../database/insert-generation.ts';
import { applyRequest } from '../domain/apply-request.ts';
import type { GenerationRequest } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { ModelUnavailable, UnknownModel } from '../domain/user-errors.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<
  GenerationDependencies,
  'database' | 'queue' | 'announce' | 'catalogue' | 'health' | 'clock' | 'createId'
>;

export interface Submission {
  readonly userId: string;
  readonly request: GenerationRequest;
}

/**
 * Accepts a request: checks it against the model, stores it and queues it in one transaction, and answers its id.
 * Throws `UnknownModel`, `ModelUnavailable` and `InvalidInput`; then nothing is stored.
 */
export async function submitGeneration(dependencies: Dependencies, { userId, request }: Submission): Promise<string> {
  const { clock, createId, announce } = dependencies;
  const model = chooseModel(dependencies, request);
  const inputs = { images: 0, mask: false };
  const { options, warnings, wording } = applyRequest({ request, inputs, randomSeed }, model.capabilities);
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
  await store(dependencies, generation);
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

function randomSeed(max: number): number {
  return randomInt(max + 1);
}

async function store(
  { database, queue }: { readonly database: Database; readonly queue: JobQueue },
  generation: NewGeneration,
): Promise<void> {
  await database.transaction(async (connection) => {
    await insertGeneration(connection, generation);
    await queue.enqueue(connection, [toRunJob(generation.id)]);
  });
}

export function toRunJob(generationId: string) {
  return { name: 'run-generation', data: { generationId }, key: generationId } as const;
}
