/** In USD for a million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
}

export interface TokenCount {
  readonly input: number;
  /** Thoughts included. */
  readonly output: number;
}

/** USD as decimal text; null where the tokens or their prices are not known. */
export function toCostUsd(tokens: TokenCount | null, prices: TokenPrices | undefined): string | null {
  if (tokens === null || prices === undefined) return null;
  return ((tokens.input * prices.input + tokens.output * prices.output) / 1_000_000).toFixed(6);
}
