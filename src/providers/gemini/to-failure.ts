import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';

export const vendor = 'Gemini';

const word = z.string().catch('');

/** What Google adds to its errors, each kind with fields of its own. */
const detail = z.object({
  reason: word,
  retryDelay: word,
  violations: z.array(z.object({ quotaId: word, quotaValue: word })).catch([]),
});

const nothing = { message: '', status: '', details: [] };
const failure = z
  .object({ error: z.object({ message: word, status: word, details: z.array(detail).catch([]) }).catch(nothing) })
  .catch({ error: nothing });

type Detail = z.infer<typeof detail>;

/** What an answer with another status than 200 means. */
export function toFailure({ status, headers, bytes }: HttpAnswer, apiKey: Secret | undefined): ProviderError {
  const { error } = failure.parse(parseJson(bytes));
  const words = cleanWords(error.message, [apiKey]);
  if (status === 429 && isSpent(error.details)) {
    const message = `${vendor}'s quota is used up. ${words}`;
    return new ProviderError(message, { code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true });
  }
  // A country that is not served, or an account without billing.
  if (error.status === 'FAILED_PRECONDITION') {
    const message = `${vendor} does not serve our account. ${words}`;
    return new ProviderError(message, { code: 'PROVIDER_MISCONFIGURED', retryable: false, unstarted: true });
  }
  // Google answers 400 to a key that it does not know.
  const meant = error.details.some(({ reason }) => reason === 'API_KEY_INVALID') ? 401 : status;
  return toStatusError({ vendor, status: meant, words, headers: withRetryDelay(headers, error.details) });
}

/** For today, or for good: who has no quota for pictures at all is told a value of 0. */
function isSpent(details: readonly Detail[]): boolean {
  const violations = details.flatMap((one) => one.violations);
  return violations.some(({ quotaId, quotaValue }) => quotaId.includes('PerDay') || quotaValue === '0');
}

/** Google tells the delay in the body (`34.4s`), a gateway in front of it in the header. */
function withRetryDelay(headers: Headers, details: readonly Detail[]): Headers {
  const [delay] = details.flatMap(({ retryDelay }) => /^(\d+(?:\.\d+)?)s$/.exec(retryDelay)?.[1] ?? []);
  return delay === undefined ? headers : new Headers({ 'retry-after': delay });
}
