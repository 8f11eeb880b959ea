import type { Database } from '../database/database.ts';
import { insertAuditEntry } from '../database/insert-audit-entry.ts';
import { revokeApiKeyRow } from '../database/revoke-api-key.ts';
import type { Clock } from '../domain/clock.ts';
import { NotFound } from '../domain/user-errors.ts';
import type { Actor } from './actor.ts';

export interface RevokeApiKeyDependencies {
  readonly database: Pick<Database, 'transaction'>;
  readonly clock: Clock;
  readonly createId: () => string;
  /** Tells every process that somebody may no longer be let in. */
  readonly announce: (hint: { readonly kind: 'unwelcome'; readonly userId: string }) => void;
}

export interface ApiKeyRevocation {
  readonly apiKeyId: string;
  /** Whose key it is. */
  readonly userId: string;
  readonly actor: Actor;
}

/** From then on nobody is let in with it. False for one that was revoked before, which stays as it is. Throws `NotFound`. */
export async function revokeApiKey(
  { database, clock, createId, announce }: RevokeApiKeyDependencies,
  { apiKeyId, userId, actor }: ApiKeyRevocation,
): Promise<boolean> {
  const at = new Date(clock.now());
  const isRevoked = await database.transaction(async (connection) => {
    const revoked = await revokeApiKeyRow(connection, { apiKeyId, userId, at });
    if (revoked === undefined) throw new NotFound('API key');
    if (!revoked.changed) return false;
    const { prefix } = revoked;
    const about = { action: 'apiKey.revoke', objectId: apiKeyId, details: { prefix, userId } };
    await insertAuditEntry(connection, { ...actor, ...about, id: createId(), at });
    return true;
  });
  if (isRevoked) announce({ kind: 'unwelcome', userId });
  return isRevoked;
}
