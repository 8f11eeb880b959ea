import { BlockList, isIP } from 'node:net';
import { createFindRole } from './accounts/admin-subjects.ts';
import { createApiKeyAuthentication } from './accounts/api-key-authentication.ts';
import { apiKeyBeginning } from './accounts/api-key-format.ts';
import { createApiKeyHash } from './accounts/api-key-hash.ts';
import type { Authentication } from './accounts/authentication.ts';
import { findUnwelcome } from './accounts/find-unwelcome.ts';
import type { Credentials, Identity } from './accounts/identity.ts';
import { createIntroductions, type Introductions } from './accounts/introductions.ts';
import { createIssuerKeys } from './accounts/issuer-keys.ts';
import { createKeyUses } from './accounts/key-uses.ts';
import { createLocalIdentity } from './accounts/local-user.ts';
import { createSessionAuthentication } from './accounts/session-authentication.ts';
import { createTokenAuthentication } from './accounts/token-authentication.ts';
import { Unauthenticated } from './accounts/unauthenticated.ts';
import { type Config, exitCodeConfig } from './config.ts';
import type { Database } from './database/database.ts';
import type { Clock } from './domain/clock.ts';
import { StartError } from './domain/start-error.ts';
import type { Logger } from './log.ts';
import { createFetch } from './network/fetch.ts';

/** The identity that configuration has. */
export interface ConfiguredIdentity extends Identity {
  /** `local` on a machine of one's own, where nobody is asked who they are. */
  readonly whereabouts: 'local' | 'shared';
  /** Looks anew at who this is, and at their keys, when they come next: something of theirs was taken back. */
  forget(userId: string): void;
}

export interface IdentityDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly log: Logger;
}

/** What is there to let people in, each by configuration. */
interface WaysIn {
  readonly apiKeys: Authentication | undefined;
  readonly tokens: Authentication | undefined;
  readonly sessions: Authentication | undefined;
}

/** Throws `StartError`: a variable is missing, or everybody could come in from elsewhere. */
export function checkIdentity(config: Config): void {
  if (config.OIDC_ISSUER !== undefined && config.OIDC_AUDIENCE === undefined) {
    refuse('OIDC_AUDIENCE: is missing. With OIDC_ISSUER, it says whom the tokens must be for.');
  }
  if (isLocal(config) && !isLoopback(config.HOST)) {
    refuse(
      `HOST: ${config.HOST} can be reached from elsewhere, and anybody could come in. Set API_KEY_PEPPER (32 or more random ` +
        'characters), OIDC_ISSUER or AUTH_SECRET to say who may, or HOST to 127.0.0.1.',
    );
  }
}

function refuse(message: string): never {
  throw new StartError(message, { exitCode: exitCodeConfig });
}

function isLocal({ API_KEY_PEPPER, OIDC_ISSUER, AUTH_SECRET }: Config): boolean {
  return API_KEY_PEPPER === undefined && OIDC_ISSUER === undefined && AUTH_SECRET === undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** What it opens is left to the stack. */
export async function createIdentity(
  config: Config,
  dependencies: IdentityDependencies,
  stack: AsyncDisposableStack,
): Promise<ConfiguredIdentity> {
  if (isLocal(config)) return { ...(await createLocalIdentity(dependencies)), whereabouts: 'local' };
  const ways = createWaysIn(config, dependencies, stack);
  return {
    whereabouts: 'shared',
    authenticate: async (credentials) => authenticate(ways, credentials),
    findUnwelcome: (viewers) => findUnwelcome(dependencies, viewers),
    forget(userId) {
      for (const way of [ways.apiKeys, ways.tokens, ways.sessions]) way?.forget(userId);
    },
  };
}

function createWaysIn(config: Config, dependencies: IdentityDependencies, stack: AsyncDisposableStack): WaysIn {
  const { database, clock, log } = dependencies;
  const { API_KEY_PEPPER: pepper, AUTH_SECRET: secret } = config;
  const findRole = createFindRole(config.ADMIN_SUBJECTS ?? []);
  const introductions = createIntroductions({ ...dependencies, findRole });
  const createApiKeys = (hashApiKey: ReturnType<typeof createApiKeyHash>) => {
    const uses = stack.use(createKeyUses({ connection: database.pool, clock, log }));
    return createApiKeyAuthentication({ database, clock, findRole, hashApiKey, uses });
  };
  return {
    apiKeys: pepper === undefined ? undefined : createApiKeys(createApiKeyHash(pepper.reveal())),
    tokens: createTokens(config, { clock, introductions }, stack),
    sessions: secret === undefined ? undefined : createSessionAuthentication({ secret, introductions, clock }),
  };
}

interface TokenDependencies {
  readonly clock: Clock;
  readonly introductions: Introductions;
}

function createTokens(
  { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: keysUrl }: Config,
  { clock, introductions }: TokenDependencies,
  stack: AsyncDisposableStack,
): Authentication | undefined {
  if (issuer === undefined || audience === undefined) return undefined;
  const { fetch } = stack.use(createFetch());
  const issuerKeys = createIssuerKeys({ issuer, keysUrl, fetch, clock });
  return createTokenAuthentication({ issuer, audience, issuerKeys, introductions, clock });
}

const bearer = /^Bearer +(?<text>[\w.~+/=-]+) *$/i;

/** Whoever shows a header is judged by it alone: a cookie comes by itself, and may be somebody else's. */
function authenticate({ apiKeys, tokens, sessions }: WaysIn, { authorization, cookie }: Credentials) {
  if (authorization === undefined) return enter(sessions, cookie);
  const text = bearer.exec(authorization)?.groups?.text;
  return enter(text?.startsWith(apiKeyBeginning) ? apiKeys : tokens, text);
}

function enter(way: Authentication | undefined, text: string | undefined) {
  if (way === undefined || text === undefined) throw new Unauthenticated();
  return way.authenticate(text);
}
