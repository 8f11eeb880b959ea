import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError, type ProviderErrorOptions } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { vendor } from './engine.ts';

const fieldProblem = z.object({
  loc: z.array(z.union([z.string(), z.number()])).catch([]),
  msg: z.string(),
});
const words = z.string().catch('');

/** Versions and start options differ in which of these they fill, and Forge sends plain text. */
const errorSchema = z.object({
  error: words,
  detail: z.union([z.string(), z.array(fieldProblem)]).catch(''),
  message: words,
  errors: words,
});

/** What an answer that is no success means. */
export function toFailure({ status, headers, bytes }: HttpAnswer, secrets: readonly Secret[]): ProviderError {
  const said = cleanWords(findWords(bytes), secrets);
  const known = explain(status, said);
  if (known === undefined) return toStatusError({ vendor, status, words: said, headers });
  const { sentence, ...meaning } = known;
  return new ProviderError(`${vendor} ${sentence}`, meaning);
}

interface Meaning extends ProviderErrorOptions {
  readonly sentence: string;
}

function explain(status: number, said: string): Meaning | undefined {
  const refused = { retryable: false, unstarted: true } as const;
  if (status === 401) {
    const sentence = 'wants the user and the password of its --api-auth: put them into AUTOMATIC1111_URL.';
    return { code: 'PROVIDER_MISCONFIGURED', sentence, ...refused };
  }
  // What FastAPI says of a path that it does not know; a 404 of the API itself names what is missing.
  if (status === 404 && /^(not found)?$/i.test(said)) {
    return { code: 'PROVIDER_MISCONFIGURED', sentence: 'has no API at this address: start it with --api.', ...refused };
  }
  if (status === 404) {
    return { code: 'INVALID_REQUEST', sentence: `does not take the request: ${said}`, ...refused };
  }
  if (/invalid encoded image/i.test(said)) {
    return { code: 'INPUT_IMAGE_UNUSABLE', sentence: 'cannot read the input image.', ...refused };
  }
  // Forge's words for a checkpoint that it does not have (modules/api/api.py), sent as a 500.
  if (/\bmodel '.*' not found/i.test(said)) {
    return { code: 'MODEL_RETIRED', sentence: `does not know the model: ${said}`, ...refused };
  }
  return undefined;
}

function findWords(bytes: Uint8Array): string {
  const parsed = errorSchema.safeParse(parseJson(bytes));
  if (!parsed.success) return toPlainText(new TextDecoder().decode(bytes));
  const { error, detail, message, errors } = parsed.data;
  const told = [toText(detail), message, errors].find((text) => text !== '') ?? '';
  // The class of an exception says nothing beside its words, but something beside none.
  return withoutTraceback(told === '' ? error : told);
}

function toText(detail: z.infer<typeof errorSchema>['detail']): string {
  if (typeof detail === 'string') return detail;
  return detail.map(({ loc, msg }) => `${loc.filter((part) => part !== 'body').join('.')}: ${msg}`).join('; ');
}

/** A page of a gateway is nothing for a sentence, and neither is JSON of another shape. */
function toPlainText(text: string): string {
  return /^\s*[<[{"]/.test(text) ? '' : withoutTraceback(text);
}

function withoutTraceback(text: string): string {
  return text.split('Traceback (most recent call last)')[0] ?? '';
}
