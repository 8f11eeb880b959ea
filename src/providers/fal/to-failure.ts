import { z } from 'zod';
import type { FailureCode } from '../../domain/failure.ts';
import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { isOk, type RequestStatus } from './read-reply.ts';

const text = z.string().catch('');

/** What of an input fal takes offence at is repeated in `input`, which may be a whole picture: it is not read. */
const detailSchema = z.object({ loc: z.array(z.union([z.string(), z.number()])).catch([]), msg: text, type: text });

const problemSchema = z
  .object({ detail: z.union([z.string(), z.array(detailSchema)]).catch(''), error_type: text })
  .catch({ detail: '', error_type: '' });

interface Problem {
  readonly words: string;
  /** fal's own names of what is wrong. */
  readonly types: readonly string[];
}

/** What an answer means that is none of those that were hoped for. */
export function toHttpFailure(answer: HttpAnswer, apiKey: Secret | undefined): ProviderError {
  const { status, headers } = answer;
  const { words, types } = readProblem(answer, apiKey);
  return toTypedFailure({ words, types }) ?? toStatusError({ vendor: 'fal', status, words, headers });
}

function readProblem({ bytes, headers }: HttpAnswer, apiKey: Secret | undefined): Problem {
  const { detail, error_type: type } = problemSchema.parse(parseJson(bytes));
  const details = typeof detail === 'string' ? [] : detail;
  const words = typeof detail === 'string' ? detail : details.map(toSentence).filter(Boolean).join('; ');
  const types = [...details.map((one) => one.type), type, headers.get('x-fal-error-type') ?? ''];
  return { words: cleanWords(words, [apiKey]), types: types.filter((one) => one !== '') };
}

function toSentence({ loc, msg }: z.infer<typeof detailSchema>): string {
  const field = loc.filter((part) => part !== 'body').join('.');
  return field === '' || msg === '' ? msg : `${field}: ${msg}`;
}

interface Meaning {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly sentence: string;
}

const unusableInput = {
  code: 'INPUT_IMAGE_UNUSABLE',
  retryable: false,
  sentence: 'cannot use the input image',
} as const satisfies Meaning;
const tookTooLong = { code: 'TIMED_OUT', retryable: true, sentence: 'gave up' } as const satisfies Meaning;
const unavailable = { code: 'PROVIDER_UNAVAILABLE', retryable: true, sentence: 'failed' } as const satisfies Meaning;

/** By fal's pages on model errors and request errors. What is missing here, its status tells as well. */
const meanings = new Map<string, Meaning>(
  Object.entries({
    image_too_small: unusableInput,
    image_too_large: unusableInput,
    image_load_error: unusableInput,
    file_too_large: unusableInput,
    file_download_error: unusableInput,
    face_detection_error: unusableInput,
    generation_timeout: tookTooLong,
    request_timeout: tookTooLong,
    startup_timeout: tookTooLong,
    downstream_service_error: unavailable,
    no_media_generated: { code: 'PROVIDER_BAD_RESPONSE', retryable: false, sentence: 'made no picture' },
  }),
);

const refusal = 'content_policy_violation';

/** Undefined where fal names nothing that says more than its status. */
function toTypedFailure({ words, types }: Problem): ProviderError | undefined {
  if (types.includes(refusal) || words.includes(refusal)) return createRefusal(words, [refusal]);
  // The status is that of a wrong key: "User is locked. Reason: Exhausted balance."
  if (/exhausted balance|top[ _]up/i.test(words)) {
    const message = `fal wants to be paid first: ${words}`;
    return new ProviderError(message, { code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true });
  }
  const meaning = types.map((type) => meanings.get(type)).find((one) => one !== undefined);
  if (meaning === undefined) return undefined;
  const { sentence, ...options } = meaning;
  return new ProviderError(`fal ${sentence}${words === '' ? '' : `: ${words}`}`, options);
}

export function createRefusal(words: string, categories: readonly string[]): ProviderError {
  return new ProviderError(`fal refuses: ${words}`, { code: 'CONTENT_REFUSED', retryable: false, categories });
}

/** Requests are forgotten with time. */
export function createForgotten(): ProviderError {
  return new ProviderError('fal no longer knows the request.', { code: 'OUTPUT_LOST', retryable: true });
}

export interface FailedRequest {
  /** To the question for the result, which tells more than the status where the model itself failed. */
  readonly answer: HttpAnswer;
  readonly status: RequestStatus;
  readonly apiKey: Secret | undefined;
}

/** What an ended request means that has no result. */
export function toRequestFailure({ answer, status, apiKey }: FailedRequest): ProviderError {
  const isTold = !isOk(answer) && answer.status !== 404;
  if (isTold) return toHttpFailure(answer, apiKey);
  if (status.error === undefined) return createForgotten();
  const words = cleanWords(status.error, [apiKey]);
  const types = status.error_type === undefined ? [] : [status.error_type];
  const fallback = new ProviderError(`fal failed: ${words}`, unavailable);
  return toTypedFailure({ words, types }) ?? fallback;
}

export function createNoOutput(): ProviderError {
  return new ProviderError('fal made no picture.', { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
