import OpenAI from 'openai';
import type { Fetch } from '../../network/fetch.ts';
import type { VendorSettings } from '../vendor.ts';
import { createCarefulFetch } from './careful-fetch.ts';

/** The longest that a timer takes: a call's deadline comes with its signal. */
const noTimeoutMilliseconds = 2 ** 31 - 1;

/** Tries nothing twice, since every call is billed. */
export function createClient(fetch: Fetch, { apiKey, baseUrl }: Pick<VendorSettings, 'apiKey' | 'baseUrl'>): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    // The SDK insists on a key, also where a server asks for none.
    apiKey: apiKey ?? 'none',
    defaultHeaders: apiKey === undefined ? { authorization: null } : {},
    // Left out, they would come from the environment, and be sent to whatever server it is.
    organization: null,
    project: null,
    fetch: createCarefulFetch(fetch),
    maxRetries: 0,
    timeout: noTimeoutMilliseconds,
    logLevel: 'off',
  });
}
