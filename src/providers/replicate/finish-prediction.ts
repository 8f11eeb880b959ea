import type { Secret } from '../../domain/secret.ts';
import type { Downloader } from '../../network/download.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, ProviderEvent } from '../provider.ts';
import { findSeed, type Prediction, toSources } from './read-reply.ts';
import { createNoOutput, toPredictionFailure } from './to-failure.ts';

export interface Finishing {
  readonly order: PictureOrder;
  readonly apiKey: Secret | undefined;
  readonly downloader: Downloader;
}

/** The pictures of an ended prediction, copied at once: their addresses live for an hour. */
export function finishPrediction({ order, apiKey, downloader }: Finishing) {
  return async function* (prediction: Prediction, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
    if (prediction.status !== 'succeeded') throw toPredictionFailure(prediction, apiKey);
    const sources = toSources(prediction);
    if (sources.length === 0) throw createNoOutput(prediction);
    for (const [index, source] of sources.entries()) {
      const picture = order.pictures[index];
      if (picture === undefined) return;
      const bytes = await readPicture(downloader, { vendor: 'Replicate', source, signal });
      // One seed is sent for all pictures of a call: what the others were made with, nobody tells.
      const seed = index === 0 ? (findSeed(prediction) ?? picture.seed) : null;
      yield { type: 'picture', position: picture.position, bytes, seed };
    }
  };
}
