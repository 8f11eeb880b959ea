import type { PixelSize } from '../domain/image-model.ts';
import type { InputPlace } from '../domain/input-role.ts';

export interface SizedInput extends InputPlace {
  /** Null while it is not known. */
  readonly size: PixelSize | null;
}

/** What is wrong with the mask, in a sentence: it is as large as the first reference, where both sizes are known. */
export function findMaskProblem(inputs: readonly SizedInput[]): string | undefined {
  const mask = inputs.find(({ role }) => role === 'MASK')?.size ?? null;
  const image = inputs.find(({ role }) => role === 'REFERENCE')?.size ?? null;
  if (mask === null || image === null) return undefined;
  if (mask.width === image.width && mask.height === image.height) return undefined;
  return `The mask has ${toText(mask)} pixels and its input image ${toText(image)}: they must be the same.`;
}

function toText({ width, height }: PixelSize): string {
  return `${width}x${height}`;
}
