import type { TokenPrices } from './gemini-settings.ts';
import type { Usage } from './read-reply.ts';

/** USD as decimal text. Undefined without prices, and where the reply does not tell pictures and words apart. */
export function readCost(usage: Usage | undefined, prices: TokenPrices | undefined): string | undefined {
  if (usage === undefined || prices === undefined) return undefined;
  const { promptTokenCount, candidatesTokenCount, candidatesTokensDetails, thoughtsTokenCount } = usage;
  if (candidatesTokenCount > 0 && !candidatesTokensDetails) return undefined;
  const imageTokens = (candidatesTokensDetails ?? [])
    .filter(({ modality }) => modality === 'IMAGE')
    .reduce((sum, { tokenCount }) => sum + tokenCount, 0);
  const textTokens = Math.max(0, candidatesTokenCount - imageTokens) + thoughtsTokenCount;
  const usdTimesMillion =
    promptTokenCount * prices.input + imageTokens * prices.imageOutput + textTokens * prices.textOutput;
  return (usdTimesMillion / 1_000_000).toFixed(6);
}
