import type { Connection } from './database.ts';
import type { KeyOwner } from './list-api-keys.ts';
import { retiredIssuer } from './retire-user.ts';

export interface DisabledUser {
  readonly userId: string;
  /** False for one who was so before. */
  readonly changed: boolean;
}

// Whoever deleted their account is not let in again.
const isMeant = `issuer = $1 AND subject = $2 AND issuer <> '${retiredIssuer}'`;

const text = `
  WITH changed AS (
    UPDATE "User" SET "disabledAt" = $3 WHERE ${isMeant} AND ("disabledAt" IS NULL) <> ($3::timestamptz IS NULL) RETURNING id)
  SELECT id AS "userId", EXISTS (SELECT FROM changed) AS changed FROM "User" WHERE ${isMeant}`;

/** Keeps a user out from now on, or lets them in again where `disabledAt` is null. Undefined where there is none. */
export async function disableUser(
  connection: Connection,
  { issuer, subject, disabledAt }: KeyOwner & { readonly disabledAt: Date | null },
): Promise<DisabledUser | undefined> {
  const query = { name: 'disable-user', text, values: [issuer, subject, disabledAt] };
  const { rows } = await connection.query<DisabledUser>(query);
  return rows[0];
}
