import type { Audit } from '../database/audit.ts';
import type { Connection, Database } from '../database/database.ts';
import { enterHistory, openQuotaCounter } from '../database/open-quota-counter.ts';
import type { QuotaSubject } from '../database/reserve-quota.ts';
import { setKeyQuota, setUserQuota } from '../database/set-quota.ts';
import { checkQuota } from '../domain/check-quota.ts';
import type { Clock } from '../domain/clock.ts';
import { type Quota, type QuotaLimits, toLimits } from '../domain/quota.ts';
import { NotFound, NotPossible } from '../domain/user-errors.ts';
import { readQuotas } from './read-quotas.ts';
import type { Viewer } from './viewer.ts';

interface Dependencies {
  readonly database: Database;
  readonly quotaDefaults: QuotaLimits;
  readonly clock: Clock;
}

export interface QuotaWish {
  readonly quota: QuotaLimits;
  readonly viewer: Viewer;
  readonly audit: Audit;
}

interface Change extends QuotaWish {
  readonly subject: QuotaSubject;
  readonly defaults: QuotaLimits;
  readonly action: string;
  /** False where there is no such subject. */
  readonly write: (connection: Connection) => Promise<boolean>;
}

/** Gives a user limits of their own, in place of all that they had. Throws `InvalidInput` and `NotFound`. */
export function limitUser(
  dependencies: Dependencies,
  wish: QuotaWish & { readonly userId: string },
): Promise<readonly Quota[]> {
  const { userId, quota } = wish;
  const subject = { kind: 'user', id: userId } as const;
  const write = (connection: Connection) => setUserQuota(connection, { userId, quota });
  return change(dependencies, { ...wish, subject, defaults: dependencies.quotaDefaults, action: 'quota.set', write });
}

/** Limits one of the viewer's API keys. No key does that. Throws `InvalidInput`, `NotFound` and `NotPossible`. */
export async function limitApiKey(
  dependencies: Dependencies,
  wish: QuotaWish & { readonly apiKeyId: string },
): Promise<readonly Quota[]> {
  const { viewer, apiKeyId, quota } = wish;
  if (viewer.credential.kind === 'api-key') throw new NotPossible('No API key changes the limits of keys.');
  const subject = { kind: 'api-key', id: apiKeyId } as const;
  const write = (connection: Connection) => setKeyQuota(connection, { userId: viewer.id, apiKeyId, quota });
  return change(dependencies, { ...wish, subject, defaults: {}, action: 'api-key.quota', write });
}

async function change(dependencies: Dependencies, wish: Change): Promise<readonly Quota[]> {
  const { database, clock } = dependencies;
  const { subject, defaults, action, quota, audit, write } = wish;
  checkQuota(quota);
  const at = new Date(clock.now());
  await database.transaction(async (connection) => {
    if (!(await write(connection))) throw new NotFound(subject.kind === 'user' ? 'user' : 'API key');
    await audit.write(connection, { action, objectId: subject.id, details: { quota } });
    // What was asked for before counts: as if it had been limited then.
    const opened = { subject, at };
    if (!(await openQuotaCounter(connection, opened))) await enterHistory(connection, opened);
  });
  return readQuotas(database.pool, { subject, limits: toLimits(defaults, quota) }, at);
}
