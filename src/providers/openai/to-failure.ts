import { APIConnectionError, APIError } from 'openai';
import type { Secret } from '../../domain/secret.ts';
import { toNetworkError } from '../../network/network-error.ts';
import { toUnreachable } from '../call-vendor.ts';
import { ProviderError } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { createBadResponse } from './bad-response.ts';
import { FailedAnswer } from './careful-fetch.ts';
import { findInputUnreadError } from './input-unread-error.ts';
import { type Complaint, readComplaint, toComplaint } from './read-complaint.ts';
import { withToldDelay } from './told-delay.ts';

export interface Server {
  /** Its name for people. */
  readonly label: string;
  readonly apiKey: Secret | undefined;
}

const refusals = ['moderation_blocked', 'content_policy_violation'];
const quotas = ['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'];

/** What the SDK threw, as a `ProviderError`; an error of reading an input as it was. */
export function toFailure(error: unknown, server: Server): unknown {
  const unread = findInputUnreadError(error);
  if (unread !== undefined) return unread.cause;
  if (!(error instanceof APIError)) return toReadingFailure(error, server);
  if (error.cause instanceof FailedAnswer) return toAnswerFailure(error.cause, server);
  if (error instanceof APIConnectionError) return toUnreachable(server.label, toNetworkError(error));
  return toStreamFailure(toComplaint(error.error), server);
}

/** The answer broke off, or is not what it says it is. */
function toReadingFailure(error: unknown, { label }: Server): ProviderError {
  if (!(error instanceof SyntaxError)) return toUnreachable(label, toNetworkError(error));
  return createBadResponse(`${label} answered with something that cannot be read.`);
}

function toAnswerFailure({ status, headers, body }: FailedAnswer, server: Server): ProviderError {
  const complaint = readComplaint(body);
  return complain(complaint, { status: toMeaning(complaint, status), headers }, server);
}

/** As toAnswerFailure has it, save that work had begun: nothing in a stream says that the call may be made again. */
function toStreamFailure(complaint: Complaint, server: Server): ProviderError {
  const status = toMeaning(complaint, toStreamStatus(complaint));
  const failure = complain(complaint, { status, headers: new Headers() }, server);
  const { code, retryable, categories, retryAfterSeconds } = failure;
  const delay = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new ProviderError(failure.message, { code, retryable, categories, ...delay });
}

/** The status that an answer would have had which failed like this. */
function toStreamStatus({ names }: Complaint): number {
  if (names.includes('rate_limit_exceeded')) return 429;
  const refused = names.includes('invalid_request_error') || names.includes('image_generation_user_error');
  return refused ? 400 : 500;
}

/** The status that says best what OpenAI's own names say. 403 stays: the model is there, and our key may not use it. */
function toMeaning({ names }: Complaint, status: number): number {
  if (names.some((name) => quotas.includes(name))) return 402;
  return names.includes('model_not_found') && status !== 403 ? 404 : status;
}

interface Circumstances {
  readonly status: number;
  readonly headers: Headers;
}

function complain(complaint: Complaint, { status, headers }: Circumstances, { label, apiKey }: Server): ProviderError {
  const words = cleanWords(complaint.words, [apiKey]);
  if (complaint.names.some((name) => refusals.includes(name))) return toRefusal({ ...complaint, words }, label);
  return toStatusError({ vendor: label, status, words, headers: withToldDelay(headers, words) });
}

function toRefusal({ words, stage, categories }: Complaint, label: string): ProviderError {
  const where = stage === null ? '' : ` at the ${stage} stage`;
  const why = categories.length === 0 ? '' : ` (${categories.join(', ')})`;
  const message = `${label} refused this${where}${why}${words === '' ? '.' : `: ${words}`}`;
  return new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false, categories });
}
