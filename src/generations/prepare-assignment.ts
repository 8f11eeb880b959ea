import { ProviderError } from '../providers/provider-error.ts';
import { applyEnhancement } from './apply-enhancement.ts';
import type { Assignment } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';
import { prepareMaterial } from './prepare-material.ts';

/** Everything that the first call needs: the model, the input images and the wording. Throws `ProviderError`. */
export async function prepareAssignment(run: GenerationRun): Promise<Assignment> {
  const { generation, catalogue } = run;
  const { modelSlug, options } = generation;
  const model = catalogue.find(modelSlug);
  if (model === undefined) {
    const message = `The model ${modelSlug} is no longer configured.`;
    throw new ProviderError(message, { code: 'MODEL_RETIRED', retryable: false });
  }
  const material = await prepareMaterial(run);
  const prompt = await applyEnhancement(run, model);
  return { model, options, prompt, material };
}
