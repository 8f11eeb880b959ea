import type { Audit } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { revokeApiKeyRow } from '../database/revoke-api-key.ts';
import type { Clock } from '../domain/clock.ts';
import { NotFound } from '../domain/user-errors.ts';

export interface RevokeApiKeyDependencies {
  readonly database: Pick<Database, 'transaction'>;
  readonly clock: Clock;
  /** Tells every process that somebody may no longer be let in. */
  readonly announce: (hint: { readonly kind: 'unwelcome'; readonly userId: string }) => void;
}

export interface ApiKeyRevocation {
  readonly apiKeyId: string;
  /** Whose key it is. */
  readonly userId: string;
  readonly audit: Audit;
}

/** From then on nobody is let in with it. False for one that was revoked before, which stays as it is. Throws `NotFound`. */
export async function revokeApiKey(
  { database, clock, announce }: RevokeApiKeyDependencies,
  { apiKeyId, userId, audit }: ApiKeyRevocation,
): Promise<boolean> {
  const at = new Date(clock.now());
  const isRevoked = await database.transaction(async (connection) => {
    const revoked = await revokeApiKeyRow(connection, { apiKeyId, userId, at });
    if (revoked === undefined) throw new NotFound('API key');
    if (!revoked.changed) return false;
    const { prefix } = revoked;
    await audit.write(connection, { action: 'api-key.revoke', objectId: apiKeyId, details: { prefix, userId } });
    return true;
  });
  if (isRevoked) announce({ kind: 'unwelcome', userId });
  return isRevoked;
}
