import type { Fetch } from '../../network/fetch.ts';
import type { HttpAnswer } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import type { PictureOrder } from '../provider.ts';
import { type Prediction, readPrediction } from './read-reply.ts';
import { createForgotten, toHttpFailure } from './to-failure.ts';
import { type Endpoint, toCreateRequest, toRequest } from './to-request.ts';

/** Every call throws `ProviderError`, and the signal's reason after an abort. */
export interface ReplicateApi {
  /** Starts a prediction and answers its id. */
  create(order: PictureOrder): Promise<string>;
  look(id: string, signal: AbortSignal): Promise<Prediction>;
  cancel(id: string, signal: AbortSignal): Promise<void>;
}

export function createReplicateApi(fetch: Fetch, endpoint: Endpoint): ReplicateApi {
  const take = (answer: HttpAnswer): Prediction => {
    if (answer.status < 200 || answer.status >= 300) throw toHttpFailure(answer, endpoint.apiKey);
    return readPrediction(answer.bytes);
  };
  return {
    async create(order) {
      return take(await callVendor(fetch, await toCreateRequest(order, endpoint))).id;
    },
    async look(id, signal) {
      const answer = await callVendor(
        fetch,
        toRequest(endpoint, { method: 'GET', path: `/predictions/${id}`, signal }),
      );
      if (answer.status === 404) throw createForgotten();
      return take(answer);
    },
    async cancel(id, signal) {
      const path = `/predictions/${id}/cancel`;
      await callVendor(fetch, toRequest(endpoint, { method: 'POST', path, signal }));
    },
  };
}
