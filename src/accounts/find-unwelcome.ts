import type { Database } from '../database/database.ts';
import { findUnwelcomeRows } from '../database/find-unwelcome.ts';
import type { Clock } from '../domain/clock.ts';
import type { Viewer } from './viewer.ts';

export interface UnwelcomeDependencies {
  readonly database: Pick<Database, 'pool'>;
  readonly clock: Clock;
}

/** By one statement for all, and by the clock. */
export async function findUnwelcome(
  { database, clock }: UnwelcomeDependencies,
  viewers: readonly Viewer[],
): Promise<readonly Viewer[]> {
  if (viewers.length === 0) return [];
  const at = new Date(clock.now());
  const letIn = viewers.map(({ id, credential }) => ({
    userId: id,
    apiKeyId: credential.kind === 'api-key' ? credential.apiKeyId : null,
  }));
  const unwelcome = await findUnwelcomeRows(database.pool, { letIn, at });
  return viewers.filter(({ expiresAt }, index) => unwelcome.has(index) || (expiresAt !== null && expiresAt <= at));
}
