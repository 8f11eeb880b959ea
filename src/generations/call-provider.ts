import { acceptAttempt } from '../database/accept-attempt.ts';
import { startAttempt } from '../database/start-attempt.ts';
import { seedOfPicture } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import type { PictureOrder, PictureReport, ProviderEvent } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { GenerationRun } from './generation-run.ts';
import { CancelRequested } from './running-generations.ts';
import { storePicture } from './store-picture.ts';

/** Has the missing pictures made, storing each as it comes. Throws what the provider throws, and the signal's reason. */
export async function callProvider(run: GenerationRun, missing: readonly number[]): Promise<void> {
  const { generation, catalogue, journal } = run;
  // A run that takes over a cancelled generation has missed its signal.
  if (generation.status === 'CANCELLING') throw new CancelRequested();
  const model = catalogue.find(generation.modelSlug);
  if (model === undefined) throw createModelRetired(generation.modelSlug);
  const provider = catalogue.providerOf(model);
  if (generation.cutOff && !provider.repeatable) throw createOutcomeUnknown();
  const attempt = { kind: 'GENERATE', provider: model.provider, model: model.slug } as const;
  const number = generation.attempts + 1;
  const entry = { type: 'CALLING_PROVIDER', stage: 'WAITING_FOR_PROVIDER', attempt: number } as const;
  await journal.record(entry, (connection, step) => startAttempt(connection, step, attempt));
  const wanted = new Set(missing);
  for await (const event of provider.generate(toOrder(run, model, missing))) {
    if (event.type === 'picture') checkPosition(event, wanted);
    await take(run, event, number);
  }
}

function createModelRetired(slug: string): ProviderError {
  return new ProviderError(`The model ${slug} is no longer configured.`, { code: 'MODEL_RETIRED', retryable: false });
}

/** Asking again could be paid twice: that is for the caller to decide. */
function createOutcomeUnknown(): ProviderError {
  const message = 'The call to the provider was cut off. Whether it made and charged pictures is not known.';
  return new ProviderError(message, { code: 'OUTCOME_UNKNOWN', retryable: true });
}

function toOrder({ generation, signal }: GenerationRun, model: ImageModel, positions: readonly number[]): PictureOrder {
  const { count: _, seed, style, styleIntensity, ...options } = generation.options;
  const { effectivePrompt: prompt, negativePrompt } = generation;
  const { capabilities } = model;
  const pictures = positions.map((position) => ({ position, seed: seedOfPicture(seed, position, capabilities) }));
  // A style that the model lacks is part of the wording.
  const told = capabilities.styles === null ? { style: null, styleIntensity: null } : { style, styleIntensity };
  return { model, prompt, negativePrompt, ...options, ...told, inputs: [], mask: null, pictures, signal };
}

function checkPosition({ position }: PictureReport, wanted: Set<number>): void {
  if (wanted.delete(position)) return;
  const message = 'The provider sent a picture that was not asked for.';
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

async function take(run: GenerationRun, event: ProviderEvent, number: number): Promise<void> {
  const { journal } = run;
  switch (event.type) {
    case 'accepted': {
      const entry = { type: 'PROVIDER_ACCEPTED', stage: 'WAITING_FOR_PROVIDER' } as const;
      return journal.record(entry, (connection, step) => acceptAttempt(connection, step, event.providerRequestId));
    }
    case 'progress':
      return journal.report(event);
    case 'preview':
      return journal.preview(event);
    case 'picture':
      return storePicture(run, { ...event, attempt: number });
  }
}
