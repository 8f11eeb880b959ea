import type { Audit } from '../database/audit.ts';
import { retireUser } from '../database/retire-user.ts';
import { deleteExportsOfUser } from '../database/user-exports.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'queue' | 'announce' | 'clock'>;

/**
 * From now on nobody gets in as this user, and all that is theirs is removed: by a job of the same transaction, which is sent
 * again until nothing is left. Answers when it was asked for.
 */
export async function deleteMyData(
  { database, queue, announce, clock }: Dependencies,
  { userId, audit }: { readonly userId: string; readonly audit: Audit },
): Promise<Date> {
  const at = new Date(clock.now());
  await database.transaction(async (connection) => {
    await retireUser(connection, { userId, at });
    // No link of theirs opens anything from now on.
    await deleteExportsOfUser(connection, userId);
    await audit.write(connection, { action: 'data.delete', objectId: userId, details: { state: 'requested' } });
    await queue.enqueue(connection, [toPurgeJob(userId)]);
  });
  crashPoint('after-delete-request');
  announce({ kind: 'unwelcome', userId });
  queue.wake('purge-user');
  return at;
}

export function toPurgeJob(userId: string) {
  return { name: 'purge-user', data: { userId }, key: userId } as const;
}
