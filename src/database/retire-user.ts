import type { Connection } from './database.ts';

/** In place of who let them in: no login finds the row any more, and the next one makes a new user. */
export const retiredIssuer = 'deleted';

const text = `
  WITH retired AS (
    UPDATE "User" SET issuer = '${retiredIssuer}', subject = id::text, name = NULL, email = NULL, "disabledAt" = $2
    WHERE id = $1 AND issuer <> '${retiredIssuer}' RETURNING id
  )
  UPDATE "ApiKey" k SET "revokedAt" = COALESCE(k."revokedAt", $2) FROM retired WHERE k."userId" = retired.id`;

/** Nobody gets in as this user any more. Their things are still there: `findRetiredUsers` says whose. */
export async function retireUser(
  connection: Connection,
  { userId, at }: { readonly userId: string; readonly at: Date },
): Promise<void> {
  await connection.query({ name: 'retire-user', text, values: [userId, at] });
}

export async function findRetiredUsers(connection: Connection): Promise<readonly string[]> {
  const query = {
    name: 'find-retired-users',
    text: `SELECT id FROM "User" WHERE issuer = '${retiredIssuer}' LIMIT 1000`,
  };
  const { rows } = await connection.query<{ id: string }>(query);
  return rows.map(({ id }) => id);
}

/**
 * Removes the row of a retired user, with the keys and whatever else hangs on it. False while a generation or a picture is left,
 * and where it is gone. `connection` is that of a transaction.
 */
export async function deleteRetiredUser(connection: Connection, userId: string): Promise<boolean> {
  // By a statement of its own: it waits for whoever is writing a row of this user, and keeps others from writing one.
  const lock = `SELECT FROM "User" WHERE id = $1 AND issuer = '${retiredIssuer}' FOR UPDATE`;
  await connection.query({ name: 'lock-retired-user', text: lock, values: [userId] });
  const deleted = await connection.query({
    name: 'delete-retired-user',
    text: `DELETE FROM "User" WHERE id = $1 AND issuer = '${retiredIssuer}'
      AND NOT EXISTS (SELECT FROM "Generation" WHERE "userId" = $1) AND NOT EXISTS (SELECT FROM "Image" WHERE "userId" = $1)`,
    values: [userId],
  });
  return deleted.rowCount === 1;
}
