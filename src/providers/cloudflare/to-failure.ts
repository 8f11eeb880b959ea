import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { readRetryAfter, toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { type Meaning, meanings, modelSaysNo, quotaUsed, refused } from './error-codes.ts';

/** For people. */
export const vendor = 'Cloudflare';

const failedReply = z.object({
  errors: z.array(z.object({ code: z.coerce.number().catch(0), message: z.string().catch('') })),
});

interface VendorFailure {
  /** 0 where the vendor told none. */
  readonly code: number;
  readonly words: string;
}

/** What a failed answer means: by the vendor's own code where that is known, otherwise by its status. */
export function toFailure(answer: HttpAnswer, secrets: readonly (Secret | undefined)[]): ProviderError {
  const { status, headers } = answer;
  const failure = readFailure(answer);
  const words = cleanWords(failure.words, secrets);
  const meaning = findMeaning(failure);
  if (meaning === undefined) return toStatusError({ vendor, status, words, headers });
  const { sentence, ...options } = meaning;
  const retryAfterSeconds = readRetryAfter(headers);
  return new ProviderError(`${vendor} ${sentence}${words === '' ? '.' : `: ${words}`}`, {
    ...options,
    categories: meaning === refused ? findCategories(failure) : [],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function readFailure({ bytes }: HttpAnswer): VendorFailure {
  const { data } = failedReply.safeParse(parseJson(bytes));
  const { code, message } = data?.errors[0] ?? { code: 0, message: '' };
  return { code, words: message.replace(/^(?:AiError:\s*)+/, '') };
}

function findMeaning(failure: VendorFailure): Meaning | undefined {
  const { code, words } = failure;
  if (code === modelSaysNo && findCategories(failure).length > 0) return refused;
  // Reported with the code of a lack of capacity as well, for which we would ask again in vain.
  if (/daily free allocation/i.test(words)) return quotaUsed;
  return meanings.get(code);
}

function findCategories({ words }: VendorFailure): readonly string[] {
  return [...(words.match(/nsfw|flagged/i) ?? [])];
}
