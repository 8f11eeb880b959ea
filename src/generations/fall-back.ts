import { fallBack } from '../database/fall-back.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import { type Assignment, findApplication } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';

interface Candidate {
  readonly assignment: Assignment;
  readonly warnings: readonly OptionWarning[];
}

/**
 * The next of the wished models that can do the whole request and can be used now, told in the log. Undefined when there is none.
 */
export async function findNextAssignment(
  run: GenerationRun,
  failed: Assignment,
  failure: ProviderError,
): Promise<Assignment | undefined> {
  const { model, fallbackModels } = run.generation.request;
  const order = [model ?? run.catalogue.defaultModel.slug, ...fallbackModels];
  const left = order.slice(order.lastIndexOf(failed.model.slug) + 1);
  const candidate = left.map((slug) => findCandidate(run, slug, failed)).find((found) => found !== undefined);
  if (candidate === undefined) return undefined;
  await record(run, candidate, failure);
  return candidate.assignment;
}

function findCandidate(run: GenerationRun, slug: string, failed: Assignment): Candidate | undefined {
  const model = run.catalogue.find(slug);
  if (model === undefined || run.health.findUnavailability(model) !== undefined) return undefined;
  const { material } = failed;
  const applied = findApplication(run, model, material);
  if (applied === undefined) return undefined;
  const { options, warnings, wording } = applied;
  const prompt = run.generation.request.enhancePrompt ? failed.prompt : wording;
  return { assignment: { model, options, prompt, material }, warnings };
}

async function record({ journal }: GenerationRun, { assignment, warnings }: Candidate, failure: ProviderError) {
  const { model, options, prompt } = assignment;
  const message = `${failure.message} Falling back to ${model.slug}.`;
  await journal.record({ type: 'FALLING_BACK', stage: 'WAITING_FOR_PROVIDER', message }, (connection, step) =>
    fallBack(connection, step, {
      modelSlug: model.slug,
      provider: model.provider,
      options,
      warnings: [{ option: 'model', message }, ...warnings],
      effectivePrompt: prompt,
    }),
  );
}
