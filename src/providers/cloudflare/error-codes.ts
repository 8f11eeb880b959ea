import type { ProviderErrorOptions } from '../provider-error.ts';

export interface Meaning extends ProviderErrorOptions {
  /** Follows the vendor's name. */
  readonly sentence: string;
}

const unstarted = { retryable: false, unstarted: true } as const;
const keyRefused: Meaning = { code: 'PROVIDER_MISCONFIGURED', ...unstarted, sentence: 'refuses our key' };
const notAllowed: Meaning = { ...keyRefused, sentence: 'does not let our account use the model' };
const notRouted: Meaning = { ...keyRefused, sentence: 'does not know our account or the address' };
const modelUnknown: Meaning = { code: 'MODEL_RETIRED', ...unstarted, sentence: 'does not know the model' };
const busy: Meaning = { ...unstarted, code: 'PROVIDER_RATE_LIMITED', retryable: true, sentence: 'is out of capacity' };
const tooLate: Meaning = { code: 'TIMED_OUT', retryable: true, sentence: 'ran out of time' };
const givenUp: Meaning = { code: 'PROVIDER_UNAVAILABLE', retryable: true, sentence: 'gave the request up' };
const invalid: Meaning = { code: 'INVALID_REQUEST', retryable: false, sentence: 'does not take the request' };

export const quotaUsed: Meaning = {
  code: 'PROVIDER_QUOTA_EXHAUSTED',
  ...unstarted,
  sentence: 'gives us no more today',
};
export const refused: Meaning = { code: 'CONTENT_REFUSED', retryable: false, sentence: 'refuses the content' };

/** For whatever the model itself says: it refuses the content, or cannot read its input. */
export const modelSaysNo = 3030;

/**
 * From https://developers.cloudflare.com/workers-ai/platform/errors/. 5035 is told in Cloudflare's changelog of 2026-07-28;
 * 3010, 3030, 5006, 6003, 7000, 7003 and 10000 are known from its answers alone.
 */
export const meanings: ReadonlyMap<number, Meaning> = new Map([
  ...toEntries(keyRefused, [6003, 10000]),
  ...toEntries(notAllowed, [3023, 3041, 5016, 5018, 5035]),
  ...toEntries(notRouted, [7000, 7003]),
  ...toEntries(modelUnknown, [3042, 5007]),
  ...toEntries(quotaUsed, [3036]),
  ...toEntries(busy, [3040]),
  ...toEntries(tooLate, [3007]),
  ...toEntries(givenUp, [3008]),
  ...toEntries(invalid, [3003, 3006, 3010, modelSaysNo, 3039, 5004, 5005, 5006, 5019]),
]);

function toEntries(meaning: Meaning, codes: readonly number[]) {
  return codes.map((code) => [code, meaning] as const);
}
