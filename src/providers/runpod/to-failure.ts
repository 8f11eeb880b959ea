import type { Secret } from '../../domain/secret.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError, type ProviderErrorOptions } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { vendor } from './job-endpoint.ts';
import type { JobState } from './job-state.ts';
import { readDetails, readWords } from './read-words.ts';

/** Makes a vendor's words fit for clients. */
export type Clean = (words: string) => string;

export function createClean(apiKey: Secret | undefined): Clean {
  return (words) => cleanWords(words, [apiKey]);
}

/** No code tells a refusal: the words have to. An option such as `enable_safety_checker` is none of them. */
const refusal = /nsfw|\bsafety\b|content policy|moderat|prohibited/i;

/** What the validators of workers and hosted endpoints say, where asking again cannot help. */
const invalidity = [
  /^invalid\b/i,
  /\bmust be (?:between|divisible|at (?:least|most)|one of|a multiple)\b/i,
  /\bis not a valid input option\b|\bis a required input\b|\bdoes not meet the constraints\b|\bshould be \S+ type\b/i,
  /^schema error\b|^workflow validation failed\b/i,
];

/** Why a request was not answered with a job. */
export function toRequestFailure({ status, headers, bytes }: HttpAnswer, clean: Clean): ProviderError {
  const words = clean(readWords(parseJson(bytes)));
  if (status === 400 && refusal.test(words)) return toRefusal(words);
  return toStatusError({ vendor, status, words, headers });
}

/** Why a job has no output. */
const endings = new Map<string, (state: JobState, clean: Clean) => ProviderError>([
  ['FAILED', toJobFailure],
  ['GONE', () => fail(`${vendor} no longer knows the job.`, { code: 'OUTPUT_LOST', retryable: true })],
  ['TIMED_OUT', () => fail(`${vendor} stopped the job: it took too long.`, { code: 'TIMED_OUT', retryable: true })],
  // Somebody did that in the console, or emptied the queue: no outage, for which other jobs would be held back.
  ['CANCELLED', () => fail(`The job was cancelled at ${vendor}.`, { code: 'OUTPUT_LOST', retryable: true })],
]);

/** Undefined for a job that did not end badly. */
export function findBadEnd(state: JobState, clean: Clean): ProviderError | undefined {
  return endings.get(state.status)?.(state, clean);
}

/** A worker that fails is no outage of RunPod either. */
function toJobFailure({ error, output }: JobState, clean: Clean): ProviderError {
  const said = readWords(error);
  const words = clean(said === '' ? readWords(output) : `${said} ${readDetails(output)}`);
  if (refusal.test(words)) return toRefusal(words);
  const invalid = invalidity.some((shape) => shape.test(words)) || isPassedOn(error);
  const message = words === '' ? `${vendor} failed the job without a reason.` : `${vendor} failed the job: ${words}`;
  return fail(message, { code: invalid ? 'INVALID_REQUEST' : 'PROVIDER_BAD_RESPONSE', retryable: !invalid });
}

/** A hosted endpoint tells of the engine behind it. */
function isPassedOn(error: unknown): boolean {
  return typeof error === 'string' && /^Error submitting task: 4(?:00|22)\b/.test(error);
}

/** A job that is completed, with nothing in its output to show for it. */
export function toNoPicture({ output }: JobState, clean: Clean): ProviderError {
  const words = clean(readWords(output));
  if (refusal.test(words)) return toRefusal(words);
  const sentence = isEmpty(output) ? 'completed the job with an empty output' : 'completed the job without a picture';
  const message = `${vendor} ${sentence}${words === '' ? '.' : `: ${words}`}`;
  return fail(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

function isEmpty(output: unknown): boolean {
  return output === undefined || output === null || output === '' || (Array.isArray(output) && output.length === 0);
}

function toRefusal(words: string): ProviderError {
  return fail(`${vendor} refused the content: ${words}`, { code: 'CONTENT_REFUSED', retryable: false });
}

function fail(message: string, options: ProviderErrorOptions): ProviderError {
  return new ProviderError(message, options);
}
