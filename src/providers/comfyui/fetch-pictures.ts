import { createNoPicture } from '../picture-source.ts';
import type { PictureOrder, PictureReport } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';
import type { Engine } from './engine.ts';
import type { OutputFile } from './read-reply.ts';
import { toStatusFailure, vendor } from './to-failure.ts';

const maxTries = 3;

/** The files in their order, as many as are ordered. Throws `OUTPUT_LOST` for one that cannot be had. */
export async function* fetchPictures(
  engine: Engine,
  files: readonly OutputFile[],
  { pictures, signal }: PictureOrder,
): AsyncGenerator<PictureReport, void, undefined> {
  for (const [index, { position, seed }] of pictures.entries()) {
    const file = files[index];
    if (file === undefined) return;
    const bytes = await fetchFile(engine, file, signal);
    // The noise of a batch comes from one seed: its pictures have none of their own.
    yield { type: 'picture', position, bytes, seed: pictures.length === 1 ? seed : null };
  }
}

/** The work is done: only its copy failed, so that is tried twice more. */
async function fetchFile(engine: Engine, file: OutputFile, signal: AbortSignal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readFile(engine, file, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code === 'PROVIDER_BAD_RESPONSE') throw error;
      if (error.retryable && tries < maxTries) continue;
      const message = `The picture that ${vendor} made could not be fetched.`;
      throw new ProviderError(message, { code: 'OUTPUT_LOST', retryable: true, cause: error });
    }
  }
}

async function readFile(engine: Engine, { filename, subfolder }: OutputFile, signal: AbortSignal) {
  const path = `/view?${new URLSearchParams({ filename, subfolder, type: 'output' })}`;
  const answer = await engine.send({ method: 'GET', path, signal });
  if (answer.status !== 200) throw toStatusFailure(answer, engine.clean);
  if (answer.bytes.byteLength === 0) throw createNoPicture(vendor);
  return answer.bytes;
}
