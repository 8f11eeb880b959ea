import { timingSafeEqual } from 'node:crypto';
import pLimit from 'p-limit';
import type { Database } from '../database/database.ts';
import { type FoundApiKey, findApiKey } from '../database/find-api-key.ts';
import type { Clock } from '../domain/clock.ts';
import type { FindRole } from './admin-subjects.ts';
import { parseApiKey } from './api-key-format.ts';
import type { HashApiKey } from './api-key-hash.ts';
import { type Authentication, beliefMilliseconds } from './authentication.ts';
import type { KeyUses } from './key-uses.ts';
import { createShortMemory } from './short-memory.ts';
import { Unauthenticated } from './unauthenticated.ts';
import { scopes, type Viewer } from './viewer.ts';

const maxKeys = 10_000;
/** A flood of made-up keys must not take all connections to the database. */
const maxLookUps = 4;

export interface ApiKeyDependencies {
  readonly database: Pick<Database, 'pool'>;
  readonly clock: Clock;
  readonly hashApiKey: HashApiKey;
  readonly findRole: FindRole;
  readonly uses: KeyUses;
}

export function createApiKeyAuthentication(dependencies: ApiKeyDependencies): Authentication {
  const { clock, hashApiKey, uses } = dependencies;
  const { find, forget } = createKeyFinder(dependencies);
  return {
    async authenticate(text) {
      const key = parseApiKey(text);
      if (key === undefined) throw new Unauthenticated();
      const found = await find(key.prefix);
      const isTheirs = timingSafeEqual(hashApiKey(key), found.secretHash);
      if (!isTheirs || !isAlive(found, clock.now())) throw new Unauthenticated();
      uses.note(found.apiKeyId);
      return toViewer(dependencies, found);
    },
    forget,
  };
}

/** What there is is remembered, what there is not is not: made-up keys must not push out real ones. */
function createKeyFinder({ database, clock }: ApiKeyDependencies) {
  const options = { clock, milliseconds: beliefMilliseconds, maxEntries: maxKeys };
  const known = createShortMemory<FoundApiKey>(options);
  const limit = pLimit(maxLookUps);
  const load = async (prefix: string) => {
    const found = await limit(() => findApiKey(database.pool, prefix));
    if (found === undefined) throw new Unauthenticated();
    return found;
  };
  return {
    /** Throws `Unauthenticated` where there is none. */
    find: (prefix: string) => known.recall(prefix, () => load(prefix)),
    forget: (userId: string) => known.forget((key) => key.userId === userId),
  };
}

function isAlive({ revokedAt, expiresAt, disabledAt }: FoundApiKey, now: number): boolean {
  return revokedAt === null && disabledAt === null && (expiresAt === null || now < expiresAt.getTime());
}

function toViewer({ findRole }: ApiKeyDependencies, key: FoundApiKey): Viewer {
  const { apiKeyId, issuer, subject, role, expiresAt } = key;
  return {
    id: key.userId,
    role: findRole({ issuer, subject, role, verifiedEmail: null }),
    scopes: new Set(scopes.filter((scope) => key.scopes.includes(scope))),
    credential: { kind: 'api-key', apiKeyId },
    expiresAt,
  };
}
