import { ProviderError } from '../providers/provider-error.ts';
import { applyEnhancement } from './apply-enhancement.ts';
import { type Assignment, noMaterial } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';
import type { CallPlan } from './plan-calls.ts';
import { prepareMaterial } from './prepare-material.ts';

/**
 * Everything that the first call needs: the model, the input images and the wording. Calls that go on already have what they need.
 * Throws `ProviderError`.
 */
export async function prepareAssignment(run: GenerationRun, { positions }: CallPlan): Promise<Assignment> {
  const { generation, catalogue } = run;
  const { modelSlug, options } = generation;
  const model = catalogue.find(modelSlug);
  if (model === undefined) {
    const message = `The model ${modelSlug} is no longer configured.`;
    throw new ProviderError(message, { code: 'MODEL_RETIRED', retryable: false });
  }
  if (positions.length === 0) return { model, options, prompt: generation.effectivePrompt, material: noMaterial };
  const material = await prepareMaterial(run);
  const prompt = await applyEnhancement(run, model);
  return { model, options, prompt, material };
}
