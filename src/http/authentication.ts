import type { IncomingMessage } from 'node:http';
import type { Credentials, Identity } from '../accounts/identity.ts';
import { Unauthenticated } from '../accounts/unauthenticated.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { createUnauthenticated } from './client-errors.ts';
import type { HttpSettings } from './http-settings.ts';
import type { Origins } from './origin.ts';
import type { RequestLimits } from './request-limits.ts';

/** No credentials are as long; over HTTP, Node allows for all headers together not more than this. */
const maxAuthorizationLength = 16 * 1024;

/** What it takes to know who asks. */
export interface Door {
  readonly identity: Identity;
  readonly settings: Pick<HttpSettings, 'origins' | 'findVisit'>;
  readonly limits: Pick<RequestLimits, 'rateLimits' | 'refusals'>;
}

export interface Visitor {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly credentials: Credentials;
}

/**
 * Throws an error for clients for whoever is nobody, and for addresses from where too many were nobody; as it is what went wrong
 * otherwise.
 */
export async function authenticate(
  { identity, settings, limits: { rateLimits, refusals } }: Door,
  { request, requestId, credentials }: Visitor,
): Promise<Viewer> {
  const { clientAddress } = settings.findVisit(request);
  try {
    return await rateLimits.authenticate(clientAddress, () => identity.authenticate(credentials));
  } catch (error) {
    if (!(error instanceof Unauthenticated)) throw error;
    refusals.note({ address: clientAddress, requestId, credentials });
    throw createUnauthenticated(error);
  }
}

/** Browsers send cookies along whoever asks: they count only where a page of ours did. */
export function toCredentials(request: IncomingMessage, origins: Origins): Credentials {
  const { authorization, cookie } = request.headers;
  return { authorization, cookie: origins.isProven(request) ? cookie : undefined };
}

export interface Introduction {
  /** As the client sent them with `connection_init`. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
  /** The upgrade. */
  readonly request: IncomingMessage;
}

/** What is in the parameters counts before the header, and that before the cookie. Throws an error for clients for what is no text. */
export function toSocketCredentials({ parameters = {}, request }: Introduction, origins: Origins): Credentials {
  const name = ['authorization', 'Authorization'].find((candidate) => Object.hasOwn(parameters, candidate));
  if (name !== undefined) {
    const given = parameters[name];
    if (typeof given !== 'string' || given.length > maxAuthorizationLength) throw createUnauthenticated();
    return { authorization: given };
  }
  const { authorization, cookie } = request.headers;
  return { authorization, cookie: origins.isProvenUpgrade(request) ? cookie : undefined };
}
