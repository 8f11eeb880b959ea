import { hash } from 'node:crypto';
import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { type Authentication, beliefMilliseconds } from './authentication.ts';
import { claimsSchema, type Introduction } from './claims.ts';
import { IdentityUnavailable } from './identity-unavailable.ts';
import type { Introductions } from './introductions.ts';
import { createShortMemory } from './short-memory.ts';
import { readTokenScopes } from './token-scopes.ts';
import { Unauthenticated } from './unauthenticated.ts';

/** Asymmetric ones alone: an issuer's public key is no secret that a token could be signed with. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const maxTokenCharacters = 8_192;
const clockToleranceSeconds = 60;
const maxTokens = 5_000;

export interface TokenAuthenticationOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly issuerKeys: JWTVerifyGetKey;
  readonly introductions: Introductions;
  readonly clock: Clock;
}

/** JSON Web Tokens that an OpenID Connect provider has signed for us. */
export function createTokenAuthentication(options: TokenAuthenticationOptions): Authentication {
  const { clock, introductions } = options;
  const memory = { clock, milliseconds: beliefMilliseconds, maxEntries: maxTokens };
  const verified = createShortMemory<Introduction>(memory);
  return {
    async authenticate(token) {
      if (token.length > maxTokenCharacters) throw new Unauthenticated();
      const introduction = await verified.recall(hash('sha256', token), () => verify(options, token));
      return introductions.welcome(introduction);
    },
    forget: introductions.forget,
  };
}

async function verify(options: TokenAuthenticationOptions, token: string): Promise<Introduction> {
  const { issuer, audience, issuerKeys, clock } = options;
  try {
    const { payload } = await jwtVerify(token, issuerKeys, {
      algorithms,
      issuer,
      audience,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.now()),
    });
    const claims = claimsSchema.parse(payload);
    return { issuer, claims, scopes: readTokenScopes(payload), credential: { kind: 'token' } };
  } catch (cause) {
    throw cause instanceof IdentityUnavailable ? cause : new Unauthenticated({ cause });
  }
}
