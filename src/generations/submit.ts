import type { Asker } from '../accounts/quota-subjects.ts';
import type { Audit } from '../database/audit.ts';
import { countInputs } from '../domain/apply-inputs.ts';
import { applyRequest } from '../domain/apply-request.ts';
import type { GenerationRequest } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { multiplyUsd } from '../domain/money.ts';
import { UnknownModel } from '../domain/user-errors.ts';
import { identifySources } from '../inputs/identify-sources.ts';
import type { RequestedInput } from '../inputs/image-source.ts';
import { resolveSources } from '../inputs/resolve-sources.ts';
import { type Acceptance, acceptGeneration, type GenerationToAccept } from './accept.ts';
import { chooseModel } from './choose-model.ts';
import { createGeneration } from './create-generation.ts';
import type { AcceptingDependencies } from './dependencies.ts';
import { hashInput } from './hash-input.ts';
import { checkKey, type Replayable } from './idempotency.ts';
import { randomSeed } from './random-seed.ts';

export interface Submission {
  readonly asker: Asker;
  readonly request: GenerationRequest;
  /** The input images in their order, the mask last. */
  readonly inputs: readonly RequestedInput[];
  /** Of the client's choice; null for none. */
  readonly idempotencyKey: string | null;
  readonly audit: Audit;
}

/**
 * Accepts a request: checks it against the model, stores it and queues it in one transaction. A request that was accepted
 * under its key already is answered with that generation, whatever holds of the model now. Throws `UnknownModel`,
 * `ModelUnavailable`, `InvalidInput`, `InputImageUnusable`, `IdempotencyConflict`, `QuotaExceeded` and `QueueFull`; then nothing
 * is stored but images that were sent along.
 */
export async function submitGeneration(
  dependencies: AcceptingDependencies,
  submission: Submission,
): Promise<Acceptance> {
  const replayable = await toReplayable(submission);
  return acceptGeneration({ ...dependencies, audit: submission.audit }, replayable, () =>
    prepare(dependencies, submission),
  );
}

async function toReplayable({ asker, request, inputs, idempotencyKey: key }: Submission): Promise<Replayable | null> {
  if (key === null) return null;
  checkKey(key);
  return {
    userId: asker.id,
    key,
    inputHash: hashInput({ generateImage: request, inputs: await identifySources(inputs) }),
  };
}

/** Holds the request against the model that is to run it, and finds its input images. */
async function prepare(dependencies: AcceptingDependencies, submission: Submission): Promise<GenerationToAccept> {
  const { asker, request } = submission;
  const userId = asker.id;
  const model = chooseModel(dependencies, findWished(dependencies, request));
  const counted = countInputs(submission.inputs);
  // Checked before anything that was sent along is stored.
  const checked = applyRequest({ request, inputs: counted, randomSeed }, model.capabilities);
  const inputs = await resolveSources(dependencies.inputs, { userId, inputs: submission.inputs });
  const size = inputs.find(({ role }) => role === 'REFERENCE')?.size ?? null;
  const applied =
    size === null ? checked : applyRequest({ request, inputs: { ...counted, size }, randomSeed }, model.capabilities);
  const checkedRequest = { userId, model, request, applied, retryOfId: null };
  const costUsd = multiplyUsd(model.priceUsd, applied.options.count);
  return { generation: createGeneration(dependencies, checkedRequest), inputs, asker, costUsd };
}

/** The model that was asked for, then those to fall back to. Throws `UnknownModel`. */
export function findWished(
  { catalogue }: Pick<AcceptingDependencies, 'catalogue'>,
  { model, fallbackModels }: GenerationRequest,
): readonly [ImageModel, ...ImageModel[]] {
  const find = (slug: string) => {
    const found = catalogue.find(slug);
    if (found === undefined) throw new UnknownModel(slug, catalogue.models);
    return found;
  };
  return [find(model ?? catalogue.defaultModel.slug), ...fallbackModels.map(find)];
}
