import { z } from 'zod';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { vendor } from './engine.ts';

const replySchema = z.object({ images: z.array(z.string()).nullish(), info: z.string().nullish() });
const infoSchema = z.object({
  all_seeds: z.array(z.number()).catch([]),
  index_of_first_image: z.int().min(0).catch(0),
});

export interface MadePicture {
  /** Base64. */
  readonly source: string;
  readonly seed: number | undefined;
}

/** The pictures of a whole answer, in their order; `ordered` at most. Throws `ProviderError` where there is none. */
export function readReply({ bytes }: HttpAnswer, ordered: number): readonly MadePicture[] {
  const reply = replySchema.safeParse(parseJson(bytes));
  if (!reply.success) throw createBadReply('answered with something that is no reply.');
  const { first, seeds } = readInfo(reply.data.info);
  // A grid of all comes first where the engine is set to make one, and what extensions add comes last.
  const pictures = (reply.data.images ?? []).slice(first, first + ordered);
  if (pictures.length === 0) throw createBadReply('made no picture.');
  return pictures.map((source, index) => ({ source, seed: seeds[index] }));
}

/** It is JSON in a string; empty where another engine speaks this API. */
function readInfo(text: string | null | undefined) {
  const info = infoSchema.safeParse(parseJson(Buffer.from(text ?? '')));
  if (!info.success) return { first: 0, seeds: [] };
  return { first: info.data.index_of_first_image, seeds: info.data.all_seeds };
}

function createBadReply(what: string): ProviderError {
  return new ProviderError(`${vendor} ${what}`, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
