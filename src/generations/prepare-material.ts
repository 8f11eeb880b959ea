import { recordEvent } from '../database/record-event.ts';
import { InputUnusable } from '../inputs/input-unusable.ts';
import { prepareInputs } from '../inputs/prepare-inputs.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { type Material, noMaterial } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';

/** The input images of a generation, fetched where they are known by a URL alone. Throws `ProviderError`. */
export async function prepareMaterial(run: GenerationRun): Promise<Material> {
  const { generation, inputs, journal, signal } = run;
  if (!generation.hasInputs) return noMaterial;
  const order = { generationId: generation.id, userId: generation.userId, signal };
  const { images, mask } = await prepareInputs(inputs, order).catch(throwUnusable);
  await journal.record({ type: 'INPUTS_PREPARED', stage: 'PREPARING_INPUTS' }, recordEvent);
  return { inputs: images, mask };
}

function throwUnusable(error: unknown): never {
  if (!(error instanceof InputUnusable)) throw error;
  const { message, retryable } = error;
  throw new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable, unstarted: true, cause: error });
}
