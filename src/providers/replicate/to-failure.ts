import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import type { Prediction } from './read-reply.ts';

const text = z.string().catch('');

const problemSchema = z
  .object({
    title: text,
    detail: text,
    invalid_fields: z.array(z.object({ field: text, description: text })).catch([]),
  })
  .catch({ title: '', detail: '', invalid_fields: [] });
type Problem = z.infer<typeof problemSchema>;

/** What an answer means that is no prediction. */
export function toHttpFailure({ status, headers, bytes }: HttpAnswer, apiKey: Secret | undefined): ProviderError {
  const problem = problemSchema.parse(parseJson(bytes));
  const words = cleanWords(toWords(problem), [apiKey]);
  if (status === 422 && /version/i.test(problem.title)) return createRetired(words);
  return toStatusError({ vendor: 'Replicate', status, words, headers: withDelay(headers, problem.detail) });
}

function toWords({ title, detail, invalid_fields: fields }: Problem): string {
  if (fields.length === 0) return detail || title;
  return fields.map(({ field, description }) => (field === '' ? description : `${field}: ${description}`)).join('; ');
}

/** Replicate tells the delay in words: "Your rate limit resets in ~30s." */
function withDelay(headers: Headers, detail: string): Headers {
  const seconds = /resets in ~?(\d+)\s?s/i.exec(detail)?.[1];
  return seconds === undefined || headers.has('retry-after') ? headers : new Headers({ 'retry-after': seconds });
}

function createRetired(words: string): ProviderError {
  const message = `Replicate does not know the model: ${words}`;
  return new ProviderError(message, { code: 'MODEL_RETIRED', retryable: false, unstarted: true });
}

/** Predictions are forgotten with time. */
export function createForgotten(): ProviderError {
  const message = 'Replicate no longer knows the prediction.';
  return new ProviderError(message, { code: 'OUTPUT_LOST', retryable: true });
}

/** What an ended prediction means that has not succeeded. */
export function toPredictionFailure({ status, error }: Prediction, apiKey: Secret | undefined): ProviderError {
  const words = cleanWords(toLastLine(error), [apiKey]);
  if (status === 'aborted') {
    return new ProviderError('Replicate gave the prediction up before it began.', {
      code: 'TIMED_OUT',
      retryable: true,
    });
  }
  if (status === 'canceled') {
    const message = 'The prediction was cancelled at Replicate.';
    return new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true });
  }
  const categories = findCategories(words);
  if (categories.length > 0) {
    const message = `Replicate refuses: ${words}`;
    return new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false, categories });
  }
  const message = words === '' ? 'The model failed at Replicate.' : `The model failed at Replicate: ${words}`;
  return new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true });
}

/** What stands before it, in what a model throws, is a traceback. */
function toLastLine(error: unknown): string {
  if (typeof error !== 'string') return '';
  return error.includes('Traceback (most recent call last)') ? (error.trim().split('\n').at(-1) ?? '') : error;
}

/** E005 is what Replicate's official models answer: "The input or output was flagged as sensitive. […] (E005)" */
const refusals = [
  { category: 'nsfw', words: /\bnsfw\b/i },
  { category: 'sensitive', words: /flagged as sensitive|\(E005\)/i },
];

function findCategories(message: string): readonly string[] {
  return refusals.filter(({ words }) => words.test(message)).map(({ category }) => category);
}

export function createNoOutput({ data_removed: isRemoved }: Prediction): ProviderError {
  if (isRemoved) {
    const message = 'Replicate has already removed the pictures that it made.';
    return new ProviderError(message, { code: 'OUTPUT_LOST', retryable: true });
  }
  const message = 'Replicate made no picture.';
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
