import type { Connection } from './database.ts';
import { retiredIssuer } from './retire-user.ts';

/** An archive of all that a user has. */
export interface UserExport {
  readonly id: string;
  readonly userId: string;
  /** Whoever has it may fetch the archive. */
  readonly token: string;
  readonly createdAt: Date;
  /** Null while it is made. */
  readonly finishedAt: Date | null;
  readonly expiresAt: Date;
}

const columns = 'e.id, e."userId", e.token, e."createdAt", e."finishedAt", e."expiresAt"';

/** Nothing for a user who has been deleted. */
export async function insertExport(connection: Connection, created: Omit<UserExport, 'finishedAt'>): Promise<void> {
  const { id, userId, token, createdAt, expiresAt } = created;
  const text = `
    INSERT INTO "Export" (id, "userId", token, "createdAt", "expiresAt")
    SELECT $1, id, $3, $4, $5 FROM "User" WHERE id = $2 AND issuer <> '${retiredIssuer}'`;
  await connection.query({ name: 'insert-export', text, values: [id, userId, token, createdAt, expiresAt] });
}

interface Moment {
  readonly at: Date;
}

/** Those whose links work, or will, the oldest first. */
export async function findExportsOfUser(
  connection: Connection,
  { userId, at }: Moment & { readonly userId: string },
): Promise<readonly UserExport[]> {
  const text = `SELECT ${columns} FROM "Export" e WHERE e."userId" = $1 AND e."expiresAt" > $2 ORDER BY e.id`;
  const query = { name: 'find-exports-of-user', text, values: [userId, at] };
  return (await connection.query<UserExport>(query)).rows;
}

/** Undefined where the link is over, and where nobody gets in as its user any more. */
export async function findExportByToken(
  connection: Connection,
  { token, at }: Moment & { readonly token: string },
): Promise<UserExport | undefined> {
  const text = `
    SELECT ${columns} FROM "Export" e JOIN "User" u ON u.id = e."userId"
    WHERE e.token = $1 AND e."expiresAt" > $2 AND u."disabledAt" IS NULL`;
  const query = { name: 'find-export-by-token', text, values: [token, at] };
  return (await connection.query<UserExport>(query)).rows[0];
}

/** Undefined where nobody wants it any more. */
export async function findExport(
  connection: Connection,
  { exportId, at }: Moment & { readonly exportId: string },
): Promise<UserExport | undefined> {
  const text = `SELECT ${columns} FROM "Export" e WHERE e.id = $1 AND e."expiresAt" > $2`;
  const query = { name: 'find-export', text, values: [exportId, at] };
  return (await connection.query<UserExport>(query)).rows[0];
}

/** False where nobody wants it any more. */
export async function finishExport(
  connection: Connection,
  { exportId, at }: Moment & { readonly exportId: string },
): Promise<boolean> {
  const text = 'UPDATE "Export" SET "finishedAt" = COALESCE("finishedAt", $2) WHERE id = $1 AND "expiresAt" > $2';
  const { rowCount } = await connection.query({ name: 'finish-export', text, values: [exportId, at] });
  return rowCount === 1;
}

interface Page extends Moment {
  readonly limit: number;
}

export async function findUnfinishedExports(
  connection: Connection,
  { at, limit }: Page,
): Promise<readonly UserExport[]> {
  const text = `
    SELECT ${columns} FROM "Export" e WHERE e."finishedAt" IS NULL AND e."expiresAt" > $1 ORDER BY e."expiresAt" LIMIT $2`;
  return (await connection.query<UserExport>({ name: 'find-unfinished-exports', text, values: [at, limit] })).rows;
}

export async function findExpiredExports(connection: Connection, { at, limit }: Page): Promise<readonly UserExport[]> {
  const text = `SELECT ${columns} FROM "Export" e WHERE e."expiresAt" <= $1 ORDER BY e."expiresAt" LIMIT $2`;
  return (await connection.query<UserExport>({ name: 'find-expired-exports', text, values: [at, limit] })).rows;
}

export async function deleteExports(connection: Connection, ids: readonly string[]): Promise<void> {
  const text = 'DELETE FROM "Export" WHERE id = ANY($1::uuid[])';
  await connection.query({ name: 'delete-exports', text, values: [ids] });
}

export async function deleteExportsOfUser(connection: Connection, userId: string): Promise<void> {
  const text = 'DELETE FROM "Export" WHERE "userId" = $1';
  await connection.query({ name: 'delete-exports-of-user', text, values: [userId] });
}
