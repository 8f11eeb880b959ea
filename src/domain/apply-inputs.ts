import type { RequestedInputs } from './generation-request.ts';
import type { Capabilities } from './image-model.ts';
import type { InputPlace } from './input-role.ts';
import type { RequestCheck } from './request-check.ts';

/** An input image is never dropped in silence: a model that cannot use it is the wrong model. */
export function applyInputs(check: RequestCheck, { images, mask }: RequestedInputs, capabilities: Capabilities): void {
  const { min, max } = capabilities.inputImages;
  if (images < min) check.refuse(['inputImages'], images === 0 ? `No images provided: ${needs(min)}` : needs(min));
  if (images > max) check.refuse(['inputImages'], max === 0 ? 'The model takes no input images.' : takes(max));
  if (!mask) return;
  if (!capabilities.mask) check.refuse(['mask'], 'The model takes no mask.');
  else if (images === 0) check.refuse(['mask'], 'A mask needs the input image that it belongs to.');
}

/** What counts of these inputs, as long as the sizes of their pictures are not known. */
export function countInputs(inputs: readonly InputPlace[]): RequestedInputs {
  const images = inputs.filter(({ role }) => role === 'REFERENCE').length;
  return { images, mask: images < inputs.length, size: null };
}

function needs(min: number): string {
  return `the model needs ${min === 1 ? 'an input image' : `${min} input images`}.`;
}

function takes(max: number): string {
  return `The model takes ${max === 1 ? 'one input image' : `${max} input images`} at most.`;
}
