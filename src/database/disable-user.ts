import type { Connection } from './database.ts';
import type { KeyOwner } from './list-api-keys.ts';

export interface DisabledUser {
  readonly userId: string;
  /** False for one who was so before. */
  readonly changed: boolean;
}

// Whoever deleted their account is not let in again.
const text = `
  WITH found AS (
    SELECT id, "disabledAt" FROM "User" WHERE issuer = $1 AND subject = $2 AND issuer <> 'deleted' FOR NO KEY UPDATE
  ), changed AS (
    UPDATE "User" u SET "disabledAt" = $3 FROM found
    WHERE u.id = found.id AND (found."disabledAt" IS NULL) <> ($3::timestamptz IS NULL)
    RETURNING u.id
  )
  SELECT id AS "userId", EXISTS (SELECT FROM changed) AS changed FROM found`;

/** Keeps a user out from now on, or lets them in again where `disabledAt` is null. Undefined where there is none. */
export async function disableUser(
  connection: Connection,
  { issuer, subject, disabledAt }: KeyOwner & { readonly disabledAt: Date | null },
): Promise<DisabledUser | undefined> {
  const query = { name: 'disable-user', text, values: [issuer, subject, disabledAt] };
  const { rows } = await connection.query<DisabledUser>(query);
  return rows[0];
}
