import type { Secret } from '../domain/secret.ts';
import type { Fetch } from '../network/fetch.ts';
import type { TokenPrices } from './token-cost.ts';

/** How a language model that writes better wordings is reached, from configuration. */
export interface EnhancerSettings {
  readonly fetch: Fetch;
  readonly apiKey: Secret;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** What the vendor calls it. Default: a small one of the vendor's. */
  readonly model?: string | undefined;
  /** Without them, nobody knows what a wording costs. */
  readonly prices?: TokenPrices | undefined;
}

/** Enough for the longest wording in any language, and for the thoughts before it. */
export const maxAnswerTokens = 8_192;
