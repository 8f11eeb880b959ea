import { randomBytes } from 'node:crypto';
import { type Asker, readLimited } from '../accounts/quota-subjects.ts';
import { reserveQuota } from '../accounts/reserve-quota.ts';
import type { Audit } from '../database/audit.ts';
import { lockUser } from '../database/lock-user.ts';
import { findExportsOfUser, insertExport, type UserExport } from '../database/user-exports.ts';
import { QuotaExceeded } from '../domain/user-errors.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'queue' | 'quotaDefaults' | 'clock' | 'createId'>;

/** As long as a link works, and its archive is kept. */
const lifeMilliseconds = 24 * 3_600_000;
/** An archive is as large as all that a user has. */
const exportsADay = 5;

export type RequestedExport = Pick<UserExport, 'token' | 'expiresAt'>;

/** Has an archive made of all that this user has; while one is being made, it is that one. Throws `QuotaExceeded`. */
export async function requestExport(
  { database, queue, quotaDefaults, clock, createId }: Dependencies,
  { asker, audit }: { readonly asker: Asker; readonly audit: Audit },
): Promise<RequestedExport> {
  const at = new Date(clock.now());
  const [id, token, userId] = [createId(), randomBytes(32).toString('base64url'), asker.id];
  const expiresAt = new Date(at.getTime() + lifeMilliseconds);
  const requested = await database.transaction(async (connection) => {
    await lockUser(connection, userId);
    const known = await findExportsOfUser(connection, { userId, at });
    const unfinished = known.find(({ finishedAt }) => finishedAt === null);
    if (unfinished !== undefined) return unfinished;
    refuseTooMany(known);
    await insertExport(connection, { id, userId, token, createdAt: at, expiresAt });
    await audit.write(connection, { action: 'data.export', objectId: id });
    await queue.enqueue(connection, [toExportJob({ id, userId })]);
    await reserveQuota(connection, {
      subjects: await readLimited(connection, asker, quotaDefaults),
      id,
      use: { kind: 'EXPORT' },
      at,
    });
    return { token, expiresAt };
  });
  queue.wake('export-data');
  return requested;
}

/** Each is known for a day: as many as there may be in one. */
function refuseTooMany(known: readonly UserExport[]): void {
  if (known.length < exportsADay) return;
  const resetsAt = known[0]?.expiresAt ?? null;
  const counts = { limit: String(exportsADay), used: String(known.length), reserved: '0' };
  throw new QuotaExceeded({ kind: 'PER_DAY', ...counts, resetsAt }, 'exports in a day');
}

export function toExportJob({ id: exportId, userId }: Pick<UserExport, 'id' | 'userId'>) {
  return { name: 'export-data', data: { exportId, userId }, key: exportId } as const;
}
