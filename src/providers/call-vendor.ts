import type { Fetch } from '../network/fetch.ts';
import { NetworkError } from '../network/network-error.ts';
import { type HttpAnswer, type HttpRequest, send } from '../network/send.ts';
import { ProviderError } from './provider-error.ts';

/** As much as a few large pictures in base64. */
const maxAnswerBytes = 200 * 1024 * 1024;

export interface VendorRequest extends Omit<HttpRequest, 'maxBytes'> {
  /** Its name for people. */
  readonly vendor: string;
}

/**
 * One request and its whole answer, whatever its status. Throws `ProviderError` where none came, which says whether the
 * vendor can have got the request, and the signal's reason after an abort.
 */
export async function callVendor(fetch: Fetch, { vendor, ...request }: VendorRequest): Promise<HttpAnswer> {
  try {
    return await send(fetch, { ...request, maxBytes: maxAnswerBytes });
  } catch (error) {
    if (error instanceof NetworkError) throw toUnreachable(vendor, error);
    throw error;
  }
}

export function toUnreachable(vendor: string, error: NetworkError): ProviderError {
  const { connected, tooLarge, message, cause } = error;
  const code = tooLarge ? 'PROVIDER_BAD_RESPONSE' : 'PROVIDER_UNAVAILABLE';
  const progress = { unstarted: !connected, cutOff: connected && !tooLarge };
  return new ProviderError(`${vendor}: ${message}`, { code, retryable: !tooLarge, ...progress, cause });
}
