import { applyRequest } from '../domain/apply-request.ts';
import type { AppliedRequest, GenerationOptions, RequestedInputs } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { InvalidInput } from '../domain/user-errors.ts';
import type { InputPicture } from '../providers/provider.ts';
import type { GenerationRun } from './generation-run.ts';

/** Who makes the pictures, and of what. */
export interface Assignment {
  readonly model: ImageModel;
  readonly options: GenerationOptions;
  /** The wording that the model is given. */
  readonly prompt: string;
  readonly material: Material;
}

/** What a request is made of beside its words. */
export interface Material {
  readonly inputs: readonly InputPicture[];
  readonly mask: InputPicture | null;
}

export const noMaterial: Material = { inputs: [], mask: null };

/**
 * What the request becomes for another model, with the same seed. Undefined where that model cannot do it: neither an input image
 * nor a mask is ever dropped.
 */
export function findApplication(
  { generation }: GenerationRun,
  model: ImageModel,
  material: Material,
): AppliedRequest | undefined {
  const { request, options } = generation;
  const [first] = material.inputs;
  const size = first === undefined ? null : { width: first.width, height: first.height };
  const inputs: RequestedInputs = { images: material.inputs.length, mask: material.mask !== null, size };
  try {
    return applyRequest({ request, inputs, randomSeed: (max) => (options.seed ?? 0) % (max + 1) }, model.capabilities);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
