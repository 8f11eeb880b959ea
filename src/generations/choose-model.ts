import type { ImageModel } from '../domain/image-model.ts';
import { ModelUnavailable } from '../domain/user-errors.ts';
import type { GenerationDependencies } from './dependencies.ts';

/** The first of the wished models that can be used now. Throws `ModelUnavailable` with what is wrong with the first. */
export function chooseModel(
  { health }: Pick<GenerationDependencies, 'health'>,
  wished: readonly ImageModel[],
): ImageModel {
  const usable = wished.find((model) => health.findUnavailability(model) === undefined);
  if (usable !== undefined) return usable;
  const [first] = wished;
  const unavailability = first && health.findUnavailability(first);
  throw new ModelUnavailable(
    unavailability?.reason ?? 'The model cannot be used now.',
    unavailability?.retryAfterSeconds,
  );
}
