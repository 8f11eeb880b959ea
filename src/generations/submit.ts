import { randomInt } from 'node:crypto';
import { applyRequest } from '../domain/apply-request.ts';
import type { GenerationRequest, RequestedInputs } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { ModelUnavailable, UnknownModel } from '../domain/user-errors.ts';
import { identifySources } from '../inputs/identify-sources.ts';
import type { RequestedInput } from '../inputs/image-source.ts';
import { resolveSources } from '../inputs/resolve-sources.ts';
import { type Acceptance, acceptGeneration, type GenerationToAccept } from './accept.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { hashInput } from './hash-input.ts';
import { checkKey, findReplay, type Replayable } from './idempotency.ts';

type Dependencies = Pick<
  GenerationDependencies,
  'database' | 'queue' | 'announce' | 'catalogue' | 'health' | 'inputs' | 'clock' | 'createId'
>;

export interface Submission {
  readonly userId: string;
  readonly request: GenerationRequest;
  /** The input images in their order, the mask last. */
  readonly inputs: readonly RequestedInput[];
  /** Of the client's choice; null for none. */
  readonly idempotencyKey: string | null;
}

/**
 * Accepts a request: checks it against the model, stores it and queues it in one transaction. A request that was accepted
 * under its key already is answered with that generation, whatever holds of the model now. Throws `UnknownModel`,
 * `ModelUnavailable`, `InvalidInput`, `InputImageUnusable` and `IdempotencyConflict`; then nothing is stored but images that
 * were sent along.
 */
export async function submitGeneration(dependencies: Dependencies, submission: Submission): Promise<Acceptance> {
  const replayable = await toReplayable(submission);
  const replay = replayable === null ? undefined : await findReplay(dependencies, replayable);
  if (replay !== undefined) return { generationId: replay, replayed: true };
  return acceptGeneration(dependencies, { ...(await prepare(dependencies, submission)), replayable });
}

async function toReplayable({ userId, request, inputs, idempotencyKey: key }: Submission): Promise<Replayable | null> {
  if (key === null) return null;
  checkKey(key);
  return { userId, key, inputHash: hashInput({ generateImage: request, inputs: await identifySources(inputs) }) };
}

type Prepared = Omit<GenerationToAccept, 'replayable'>;

/** Holds the request against the model that is to run it, and finds its input images. */
async function prepare(dependencies: Dependencies, submission: Submission): Promise<Prepared> {
  const { clock, createId } = dependencies;
  const { userId, request } = submission;
  const model = chooseModel(dependencies, request);
  const counted = count(submission.inputs);
  // Checked before anything that was sent along is stored.
  const checked = applyRequest({ request, inputs: counted, randomSeed }, model.capabilities);
  const inputs = await resolveSources(dependencies.inputs, submission);
  const size = inputs.find(({ role }) => role === 'REFERENCE')?.size ?? null;
  const { options, warnings, wording } =
    size === null ? checked : applyRequest({ request, inputs: { ...counted, size }, randomSeed }, model.capabilities);
  const createdAt = new Date(clock.now());
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
    createdAt,
    deadlineAt: toDeadline(createdAt, request.deadlineSeconds),
  };
  return { generation, inputs };
}

function toDeadline(createdAt: Date, seconds: number | null): Date | null {
  return seconds === null ? null : new Date(createdAt.getTime() + seconds * 1000);
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
