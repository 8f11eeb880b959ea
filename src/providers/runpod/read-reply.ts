import { z } from 'zod';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { vendor } from './job-endpoint.ts';
import { findJobState, gone, type JobState } from './job-state.ts';
import { type Clean, toRequestFailure } from './to-failure.ts';

const submitted = z.object({ id: z.string().min(1) });

/** The id of the job that a /run made. Throws `ProviderError`. */
export function readJobId(answer: HttpAnswer, clean: Clean): string {
  if (!isSuccess(answer)) throw toRequestFailure(answer, clean);
  const { data } = submitted.safeParse(parseJson(answer.bytes));
  if (data === undefined) throw createBadAnswer();
  return data.id;
}

/** What a /status tells. Throws `ProviderError`. */
export function readJobState(answer: HttpAnswer, clean: Clean): JobState {
  if (answer.status === 404 || answer.status === 410) return gone;
  if (!isSuccess(answer)) throw toRequestFailure(answer, clean);
  const state = findJobState(answer.bytes);
  if (state === undefined) throw createBadAnswer();
  return state;
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function createBadAnswer(): ProviderError {
  const message = `${vendor} answered with something that tells of no job.`;
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
