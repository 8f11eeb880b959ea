import type { FailureCode } from '../domain/failure.ts';
import { ProviderError } from './provider-error.ts';

export interface StatusErrorOptions {
  /** The vendor's name for people. */
  readonly vendor: string;
  readonly status: number;
  /** What the vendor said, already cleaned; empty where it said nothing. */
  readonly words: string;
  readonly headers?: Headers;
}

interface Meaning {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly unstarted?: boolean;
  readonly sentence: string;
}

/**
 * What an HTTP status means where the vendor's own words say nothing more. A 429 and a 503 are answered before any work
 * begins: the call did not start.
 */
export function toStatusError({ vendor, status, words, headers }: StatusErrorOptions): ProviderError {
  const { sentence, ...meaning } = explain(status);
  const message = `${vendor} ${sentence}${words === '' ? '' : `: ${words}`}`;
  const retryAfterSeconds = headers === undefined ? undefined : readRetryAfter(headers);
  return new ProviderError(message, { ...meaning, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
}

function explain(status: number): Meaning {
  if (status === 401 || status === 403) {
    return {
      code: 'PROVIDER_MISCONFIGURED',
      retryable: false,
      unstarted: true,
      sentence: status === 401 ? 'refuses our key' : 'does not let us in',
    };
  }
  if (status === 402) {
    return { code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true, sentence: 'wants to be paid first' };
  }
  if (status === 404 || status === 410) {
    return { code: 'MODEL_RETIRED', retryable: false, unstarted: true, sentence: 'does not know the model' };
  }
  if (status === 429) {
    return { code: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true, sentence: 'asks for fewer requests' };
  }
  if (status === 503) {
    return { code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: true, sentence: 'cannot now' };
  }
  if (status === 408 || status >= 500) {
    return { code: 'PROVIDER_UNAVAILABLE', retryable: true, sentence: `failed with ${status}` };
  }
  if (status >= 400) {
    return { code: 'INVALID_REQUEST', retryable: false, sentence: 'does not take the request' };
  }
  return { code: 'PROVIDER_BAD_RESPONSE', retryable: true, sentence: `answered with an unexpected ${status}` };
}

const maxSeconds = 24 * 3600;

/** In seconds or as a date, as RFC 9110 has it; some vendors also tell milliseconds. Undefined where nothing usable is told. */
export function readRetryAfter(headers: Headers): number | undefined {
  const milliseconds = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0) return Math.min(maxSeconds, milliseconds / 1000);
  const told = headers.get('retry-after');
  if (told === null) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return seconds >= 0 ? Math.min(maxSeconds, seconds) : undefined;
}
