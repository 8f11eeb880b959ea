import type { Fetch } from '../../network/fetch.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import type { PictureOrder } from '../provider.ts';
import { isOk, type RequestStatus, readRequestId, readStatus } from './read-reply.ts';
import { createForgotten, toHttpFailure } from './to-failure.ts';
import { type Endpoint, type QueuedRequest, toFollowRequest, toSubmitRequest } from './to-request.ts';

/** Every call throws `ProviderError`, and the signal's reason after an abort. */
export interface FalApi {
  /** Queues a request and answers its id. */
  submit(order: PictureOrder): Promise<string>;
  look(request: QueuedRequest, signal: AbortSignal): Promise<RequestStatus>;
  /** What the model answered, failures of its own included. */
  fetchResult(request: QueuedRequest, signal: AbortSignal): Promise<HttpAnswer>;
  cancel(request: QueuedRequest, signal: AbortSignal): Promise<void>;
}

export function createFalApi(fetch: Fetch, endpoint: Endpoint): FalApi {
  const { apiKey } = endpoint;
  return {
    async submit(order) {
      const answer = await callVendor(fetch, await toSubmitRequest(order, endpoint));
      if (!isOk(answer)) throw toHttpFailure(answer, apiKey);
      return readRequestId(answer);
    },
    async look(request, signal) {
      const wish = { method: 'GET', part: '/status?logs=1', signal } as const;
      const answer = await callVendor(fetch, toFollowRequest(endpoint, request, wish));
      if (answer.status === 404) throw createForgotten();
      if (!isOk(answer)) throw toHttpFailure(answer, apiKey);
      return readStatus(answer);
    },
    async fetchResult(request, signal) {
      const wish = { method: 'GET', part: '', signal } as const;
      const answer = await callVendor(fetch, toFollowRequest(endpoint, request, wish));
      if (isOfGateway(answer)) throw toHttpFailure(answer, apiKey);
      return answer;
    },
    async cancel(request, signal) {
      await callVendor(fetch, toFollowRequest(endpoint, request, { method: 'PUT', part: '/cancel', signal }));
    },
  };
}

/** A model's failure is JSON. What stands before it answers with a page, or asks for fewer requests. */
function isOfGateway({ status, bytes }: HttpAnswer): boolean {
  return status === 429 || (status >= 500 && parseJson(bytes) === undefined);
}
