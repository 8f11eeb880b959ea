import { findInputs, type StoredInput } from '../database/find-inputs.ts';
import type { InputDependencies } from './dependencies.ts';
import { InputUnusable } from './input-unusable.ts';
import { refuseInput } from './refuse-input.ts';
import { createUrlsOff, type ResolvedInput } from './resolve-sources.ts';

type Dependencies = Pick<InputDependencies, 'database' | 'downloader'>;

/**
 * The inputs of a generation, for another one of the same user: what was fetched from a URL is not fetched again. Throws
 * `InputImageUnusable` for an image that is gone.
 */
export async function reuseInputs(dependencies: Dependencies, generationId: string): Promise<readonly ResolvedInput[]> {
  const inputs = await findInputs(dependencies.database.pool, generationId);
  return inputs.map((input) => reuse(dependencies, input));
}

function reuse({ downloader }: Dependencies, { role, position, image, sourceUrl }: StoredInput): ResolvedInput {
  const place = { role, position };
  if (image === null) {
    if (sourceUrl === null) refuseInput(place, new InputUnusable('The image is gone.'));
    if (downloader === undefined) refuseInput(place, createUrlsOff());
    return { ...place, imageId: null, sourceUrl, size: null };
  }
  // Without its size where it came from a URL: nobody knew it when the request was held against the model.
  const { id: imageId, width, height } = image;
  return { ...place, imageId, sourceUrl, size: sourceUrl === null ? { width, height } : null };
}
