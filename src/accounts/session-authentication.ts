import { hash } from 'node:crypto';
import { getToken } from '@auth/core/jwt';
import type { Clock } from '../domain/clock.ts';
import type { Secret } from '../domain/secret.ts';
import { type Authentication, beliefMilliseconds } from './authentication.ts';
import { claimsSchema, type Introduction } from './claims.ts';
import type { Introductions } from './introductions.ts';
import { createShortMemory } from './short-memory.ts';
import { Unauthenticated } from './unauthenticated.ts';
import { allScopes } from './viewer.ts';

/** What Auth.js calls it over HTTPS, and otherwise. Long ones come in pieces, with `.0`, `.1` … behind the name. */
const cookieNames = ['__Secure-authjs.session-token', 'authjs.session-token'] as const;
const issuer = 'authjs';
const maxSessions = 5_000;

export interface SessionAuthenticationOptions {
  /** Or several with commas, the newest first: sessions of older ones go on working while they are here. */
  readonly secret: Secret;
  readonly introductions: Introductions;
  readonly clock: Clock;
}

/** Sessions of an app with Auth.js that has the same secret, by the cookie that it gave the browser. */
export function createSessionAuthentication(options: SessionAuthenticationOptions): Authentication {
  const { clock, introductions } = options;
  const memory = { clock, milliseconds: beliefMilliseconds, maxEntries: maxSessions };
  const opened = createShortMemory<Introduction>(memory);
  return {
    async authenticate(cookie) {
      const introduction = await opened.recall(hash('sha256', cookie), () => open(options, cookie));
      return introductions.welcome(introduction);
    },
    forget: introductions.forget,
  };
}

async function open({ secret }: SessionAuthenticationOptions, cookie: string): Promise<Introduction> {
  const given = cookie.split(';').map((part) => part.trimStart());
  const cookieName = cookieNames.find((name) => given.some((part) => part.startsWith(name))) ?? cookieNames[1];
  const payload = await getToken({
    req: { headers: { cookie } },
    secret: secret
      .reveal()
      .split(',')
      .map((each) => each.trim()),
    cookieName,
    // The key is derived from it: a session of the one name is none of the other.
    salt: cookieName,
    logger: silent,
  });
  const claims = claimsSchema.safeParse(payload).data;
  if (claims === undefined) throw new Unauthenticated();
  return { issuer, claims, scopes: allScopes, credential: { kind: 'session' } };
}

const silent = { debug() {}, warn() {}, error() {} };
