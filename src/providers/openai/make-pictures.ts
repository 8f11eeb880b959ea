import type { Downloader } from '../../network/download.ts';
import type { Fetch } from '../../network/fetch.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, ProviderEvent } from '../provider.ts';
import type { VendorSettings } from '../vendor.ts';
import { createBadResponse } from './bad-response.ts';
import { callServer } from './call-server.ts';
import { createClient } from './create-client.ts';
import { followAnswer } from './follow-answer.ts';
import type { ModelSettings } from './model-settings.ts';
import type { PicturesMessage } from './read-reply.ts';
import { toCostUsd } from './to-cost.ts';
import type { Server } from './to-failure.ts';
import { toRequest } from './to-request.ts';

export interface PicturesCall {
  readonly fetch: Fetch;
  readonly downloader: Downloader;
  readonly server: Server & Pick<VendorSettings, 'baseUrl'>;
  readonly order: PictureOrder;
  readonly settings: ModelSettings;
}

/** Makes one call, and brings what it brings. Throws `ProviderError`. */
export async function* makePictures(call: PicturesCall): AsyncGenerator<ProviderEvent, void, undefined> {
  const { server, order, settings } = call;
  const client = createClient(call.fetch, server);
  const answer = callServer({ client, server, signal: order.signal }, toRequest(order, settings));
  const { partialImages } = settings;
  const made = yield* followAnswer(answer, { partialImages, shrinkFrame: order.shrinkFrame });
  if (made === undefined || made.pictures.length === 0) {
    throw createBadResponse(`${server.label} answered without a picture.`);
  }
  yield* deliver(call, made);
}

/** Pictures that nobody ordered are left out. */
async function* deliver(
  { server, downloader, order, settings }: PicturesCall,
  { pictures, usage }: PicturesMessage,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const costUsd = toCostUsd(usage, settings.prices);
  if (costUsd !== undefined) yield { type: 'account', costUsd };
  for (const [index, { position, seed }] of order.pictures.entries()) {
    const picture = pictures[index];
    if (picture === undefined) return;
    const { source, revisedPrompt } = picture;
    const bytes = await readPicture(downloader, { vendor: server.label, source, signal: order.signal });
    yield { type: 'picture', position, seed, bytes, ...(revisedPrompt === null ? {} : { revisedPrompt }) };
  }
}
