import OpenAI from 'openai';
import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../network/fetch.ts';
import type { VendorSettings } from '../vendor.ts';
import { createCarefulFetch } from './careful-fetch.ts';

/** The longest that a timer takes: a call's deadline comes with its signal. */
const noTimeoutMilliseconds = 2 ** 31 - 1;

/** Tries nothing twice, since every call is billed. */
export function createClient(fetch: Fetch, { apiKey, baseUrl }: Pick<VendorSettings, 'apiKey' | 'baseUrl'>): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    // The SDK insists on a key. That of the server, where it asks for one, is put in when a call is made.
    apiKey: 'none',
    defaultHeaders: { authorization: null },
    // Left out, they would come from the environment, and be sent to whatever server it is.
    organization: null,
    project: null,
    fetch: createCarefulFetch(withKey(fetch, apiKey)),
    maxRetries: 0,
    timeout: noTimeoutMilliseconds,
    logLevel: 'off',
  });
}

function withKey(fetch: Fetch, apiKey: Secret | undefined): Fetch {
  if (apiKey === undefined) return fetch;
  return (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${apiKey.reveal()}`);
    return fetch(input, { ...init, headers });
  };
}
