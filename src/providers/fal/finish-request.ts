import type { Secret } from '../../domain/secret.ts';
import type { Downloader } from '../../network/download.ts';
import type { HttpAnswer } from '../../network/send.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, ProviderEvent } from '../provider.ts';
import { isOk, type RequestStatus, type Result, readResult } from './read-reply.ts';
import { createNoOutput, createRefusal, toRequestFailure } from './to-failure.ts';

export interface Finishing {
  readonly order: PictureOrder;
  readonly apiKey: Secret | undefined;
  readonly downloader: Downloader;
  readonly fetchResult: (signal: AbortSignal) => Promise<HttpAnswer>;
}

/** What came of a request that has ended: its pictures are copied at once. */
export function finishRequest({ order, apiKey, downloader, fetchResult }: Finishing) {
  return async function* (status: RequestStatus, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
    const answer = await fetchResult(signal);
    if (!isOk(answer) || status.error !== undefined) throw toRequestFailure({ answer, status, apiKey });
    const result = readResult(answer);
    checkImages(result);
    if (result.text !== '') yield { type: 'text', text: result.text };
    for (const [index, { url, isRefused }] of result.images.entries()) {
      const picture = order.pictures[index];
      if (picture === undefined) return;
      if (isRefused) continue;
      const bytes = await readPicture(downloader, { vendor: 'fal', source: url, signal });
      // One seed is sent and told for all pictures of a call: what the others were made with, nobody tells.
      const seed = index === 0 ? (result.seed ?? picture.seed) : null;
      yield { type: 'picture', position: picture.position, bytes, seed, ...toRevision(result, order) };
    }
  };
}

function checkImages({ images }: Result): void {
  if (images.length === 0) throw createNoOutput();
  if (images.every(({ isRefused }) => isRefused))
    throw createRefusal('a safety checker found the picture unsafe', ['nsfw']);
}

/** Most models only repeat the prompt. */
function toRevision({ prompt }: Result, order: PictureOrder): { readonly revisedPrompt?: string } {
  return prompt.trim() === '' || prompt.trim() === order.prompt.trim() ? {} : { revisedPrompt: prompt };
}
