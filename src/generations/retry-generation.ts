import type { Asker } from '../accounts/quota-subjects.ts';
import type { Audit } from '../database/audit.ts';
import { readOptions, readRequest } from '../database/json-columns.ts';
import { countInputs } from '../domain/apply-inputs.ts';
import { applyRequest } from '../domain/apply-request.ts';
import type { AppliedRequest, GenerationOptions, GenerationRequest } from '../domain/generation-request.ts';
import { type GenerationStatus, isEnded } from '../domain/generation-status.ts';
import type { Capabilities, ImageModel } from '../domain/image-model.ts';
import { multiplyUsd } from '../domain/money.ts';
import { InvalidInput, ModelUnavailable, NotFound, NotPossible } from '../domain/user-errors.ts';
import type { ResolvedInput } from '../inputs/resolve-sources.ts';
import { reuseInputs } from '../inputs/reuse-inputs.ts';
import { type Acceptance, acceptGeneration, type GenerationToAccept } from './accept.ts';
import { chooseModel } from './choose-model.ts';
import { createGeneration } from './create-generation.ts';
import type { AcceptingDependencies } from './dependencies.ts';
import { hashInput } from './hash-input.ts';
import { checkKey, type Replayable } from './idempotency.ts';
import { randomSeed } from './random-seed.ts';

export interface Retry {
  readonly asker: Asker;
  readonly generationId: string;
  /** Of the client's choice; null for none. */
  readonly idempotencyKey: string | null;
  readonly audit: Audit;
}

/**
 * Accepts the request of an ended generation once more, with its inputs and its seed. Throws `NotFound`, `NotPossible`,
 * `ModelUnavailable`, `InputImageUnusable`, `InvalidInput` for the key alone, `IdempotencyConflict`, `QuotaExceeded` and
 * `QueueFull`; then nothing is stored.
 */
export async function retryGeneration(dependencies: AcceptingDependencies, retry: Retry): Promise<Acceptance> {
  const audited = { ...dependencies, audit: retry.audit };
  return acceptGeneration(audited, toReplayable(retry), () => prepare(dependencies, retry));
}

function toReplayable({ asker, generationId, idempotencyKey: key }: Retry): Replayable | null {
  if (key === null) return null;
  checkKey(key);
  return { userId: asker.id, key, inputHash: hashInput({ retryGeneration: generationId }) };
}

async function prepare(dependencies: AcceptingDependencies, retry: Retry): Promise<GenerationToAccept> {
  const { asker, generationId } = retry;
  const { request, options } = await findEnded(dependencies, retry);
  const model = chooseModel(dependencies, findWished(dependencies, request));
  const inputs = await reuseInputs(dependencies.inputs, generationId);
  const applied = applyAgain({ request, options, inputs }, model.capabilities);
  const generation = createGeneration(dependencies, {
    userId: asker.id,
    model,
    request,
    applied,
    retryOfId: generationId,
  });
  return { generation, inputs, asker, costUsd: multiplyUsd(model.priceUsd, applied.options.count) };
}

interface EndedGeneration {
  /** With the model that was the default one, where none was named. */
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
}

async function findEnded(
  { database }: AcceptingDependencies,
  { asker, generationId }: Retry,
): Promise<EndedGeneration> {
  const found = await database.forViewer(asker.id).generation.findUnique({
    where: { id: generationId },
    select: { status: true, request: true, options: true, requestedModel: true },
  });
  if (found === null) throw new NotFound('generation');
  if (!isEnded(found.status as GenerationStatus)) {
    throw new NotPossible('Only a generation that has ended can be asked for again.');
  }
  const request = { ...readRequest(found.request), model: found.requestedModel };
  return { request, options: readOptions(found.options) };
}

/** Those of the wished models that are still there: history outlives models. */
function findWished(
  { catalogue }: AcceptingDependencies,
  { model, fallbackModels }: GenerationRequest,
): readonly ImageModel[] {
  const slugs = [model ?? catalogue.defaultModel.slug, ...fallbackModels];
  const wished = slugs.map((slug) => catalogue.find(slug)).filter((found) => found !== undefined);
  if (wished.length === 0) throw new ModelUnavailable(`The model ${slugs[0]} is no longer configured.`);
  return wished;
}

interface RequestToRepeat extends EndedGeneration {
  readonly inputs: readonly ResolvedInput[];
}

/** With the seed that was chosen at the first acceptance. What the model took then, it may refuse by now. */
function applyAgain({ request, options, inputs }: RequestToRepeat, capabilities: Capabilities): AppliedRequest {
  const size = inputs.find(({ role }) => role === 'REFERENCE')?.size ?? null;
  const sameSeed = (max: number) => (options.seed ?? randomSeed(max)) % (max + 1);
  try {
    return applyRequest({ request, inputs: { ...countInputs(inputs), size }, randomSeed: sameSeed }, capabilities);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new NotPossible(`The model no longer takes this request: ${error.message}`);
  }
}
