import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Fetch } from '../network/fetch.ts';
import { IdentityUnavailable } from './identity-unavailable.ts';

const answerMilliseconds = 5_000;
/** A stream of made-up tokens must not become a stream of requests to the issuer. */
const cooldownMilliseconds = 30_000;
const freshMilliseconds = 10 * 60_000;
/** After a failure, how long nobody is asked. */
const pauseMilliseconds = 5_000;

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where its keys are. Without it, it is asked by OpenID Connect Discovery. */
  readonly keysUrl: string | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/**
 * What an issuer signs with: fetched at first use, again every ten minutes, and for a key that is not known, twice a minute at the
 * most. What was fetched goes on working while the issuer is away; without anything it throws `IdentityUnavailable`.
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { clock } = options;
  let opening: Promise<RemoteKeys> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let refreshAt = Number.NEGATIVE_INFINITY;
  const onFailure = (cause: unknown): never => {
    pausedUntil = clock.now() + pauseMilliseconds;
    throw new IdentityUnavailable({ cause });
  };
  const open = () => {
    opening ??= openKeys(options).catch((error) => {
      opening = undefined;
      return onFailure(error);
    });
    return opening;
  };
  const refresh = (keys: RemoteKeys) => {
    if (clock.now() < refreshAt) return;
    const isFirst = keys.jwks() === undefined;
    refreshAt = clock.now() + freshMilliseconds;
    // Nobody waits for it, and a failure is no news: the next ones come in their time.
    if (!isFirst) keys.reload().catch(() => undefined);
  };
  return async (header, token) => {
    const isPaused = clock.now() < pausedUntil;
    if (isPaused && opening === undefined) throw new IdentityUnavailable();
    const keys = await open();
    refresh(keys);
    const known = keys.jwks();
    if (isPaused && known === undefined) throw new IdentityUnavailable();
    if (isPaused && known !== undefined) return createLocalJWKSet(known)(header, token);
    return keys(header, token).catch((error) => (isRefusal(error) ? Promise.reject(error) : onFailure(error)));
  };
}

/** That the token names no usable key; anything else is about the issuer. */
function isRefusal(error: unknown): boolean {
  const kinds = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return kinds.some((kind) => error instanceof kind);
}

async function openKeys({ issuer, keysUrl, fetch }: IssuerKeysOptions): Promise<RemoteKeys> {
  const url = new URL(keysUrl ?? (await discover(fetch, issuer)));
  return createRemoteJWKSet(url, {
    cooldownDuration: cooldownMilliseconds,
    // Refreshed above: here what is too old would not work, and its refresh would keep somebody waiting.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    timeoutDuration: answerMilliseconds,
    [customFetch]: fetch,
  });
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** OpenID Connect Discovery 1.0, section 4. Throws where it is not answered by the issuer itself. */
async function discover(fetch: Fetch, issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const signal = AbortSignal.timeout(answerMilliseconds);
  const response = await fetch(url, { signal, redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  const found = discoverySchema.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`${url} is of another issuer than OIDC_ISSUER.`);
  return found.jwks_uri;
}
