import type { Secret } from '../../domain/secret.ts';
import { ProviderError } from '../provider-error.ts';
import { cleanWords } from '../vendor-words.ts';
import type { Reply } from './read-reply.ts';
import { vendor } from './to-failure.ts';

const refusals = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** The picture of a reply, in base64. Throws `ProviderError` that says why there is none, or why it is not given out. */
export function takePicture(reply: Reply, apiKey: Secret | undefined): string {
  const { blockReason, finishReason = 'no reason told', picture } = reply;
  const words = quote(reply, apiKey);
  if (blockReason !== undefined) throw createRefusal('the prompt', blockReason, words);
  if (refusals.has(finishReason)) throw createRefusal('to give a picture', finishReason, words);
  if (picture !== undefined) return picture;
  const message = `${vendor} made no picture (${finishReason}).${words}`;
  if (finishReason === 'LANGUAGE') throw new ProviderError(message, { code: 'INVALID_REQUEST', retryable: false });
  const unstarted = finishReason === 'NO_IMAGE' && !hasOutput(reply);
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted });
}

function createRefusal(what: string, reason: string, words: string): ProviderError {
  const message = `${vendor} refused ${what} (${reason}).${words}`;
  return new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false, categories: [reason] });
}

function quote({ finishMessage = '', text }: Reply, apiKey: Secret | undefined): string {
  const words = cleanWords(`${finishMessage} ${text}`, [apiKey]);
  return words === '' ? '' : ` It said: ${words}`;
}

/** Nothing but the prompt is billed where nothing was put out. A reply that does not tell counts as one that was. */
function hasOutput({ usage }: Reply): boolean {
  return usage === undefined || usage.candidatesTokenCount + usage.thoughtsTokenCount > 0;
}
