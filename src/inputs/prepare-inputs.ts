import { findInputs, type StoredInput } from '../database/find-inputs.ts';
import type { InputImage } from '../database/insert-input-image.ts';
import { setInputImage } from '../database/set-input-image.ts';
import type { InputPicture } from '../providers/provider.ts';
import { findMaskProblem } from './check-mask.ts';
import type { InputDependencies } from './dependencies.ts';
import { fetchInput } from './fetch-input.ts';
import { InputUnusable } from './input-unusable.ts';
import { openInput } from './open-input.ts';

export interface GenerationToPrepare {
  readonly generationId: string;
  readonly userId: string;
  readonly signal: AbortSignal;
}

export interface PreparedInputs {
  /** The references, in their order. */
  readonly images: readonly InputPicture[];
  readonly mask: InputPicture | null;
}

/**
 * The inputs of a generation, ready to be read. What is known by its URL alone is fetched and stored first; whoever takes
 * over fetches what is missing. Throws `InputUnusable`, `StorageError`, and the signal's reason after an abort.
 */
export async function prepareInputs(
  dependencies: InputDependencies,
  generation: GenerationToPrepare,
): Promise<PreparedInputs> {
  const inputs = await findInputs(dependencies.database.pool, generation.generationId);
  const prepared: (StoredInput & { readonly image: InputImage })[] = [];
  // One after the other: each may weigh 20 MB, several times over while it is cleaned.
  for (const input of inputs) {
    prepared.push({ ...input, image: input.image ?? (await fetchMissing(dependencies, generation, input)) });
  }
  const problem = findMaskProblem(prepared.map((input) => ({ ...input, size: input.image })));
  if (problem !== undefined) throw new InputUnusable(problem);
  const open = (role: StoredInput['role']) =>
    prepared.filter((input) => input.role === role).map(({ image }) => openInput(dependencies, image));
  return { images: open('REFERENCE'), mask: open('MASK')[0] ?? null };
}

async function fetchMissing(
  dependencies: InputDependencies,
  { generationId, userId, signal }: GenerationToPrepare,
  input: StoredInput,
): Promise<InputImage> {
  const { position, sourceUrl } = input;
  try {
    if (sourceUrl === null) throw new InputUnusable('The image is gone.');
    const image = await fetchInput(dependencies, { userId, url: sourceUrl, signal });
    await setInputImage(dependencies.database.pool, { generationId, position, imageId: image.id });
    return image;
  } catch (error) {
    if (!(error instanceof InputUnusable)) throw error;
    const { message, retryable } = error;
    throw new InputUnusable(`${toName(input)}: ${message}`, { retryable, cause: error });
  }
}

/** As people count. */
function toName({ role, position }: StoredInput): string {
  return role === 'MASK' ? 'Mask' : `Input image ${position + 1}`;
}
