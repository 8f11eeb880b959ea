import type { Connection } from './database.ts';

export interface Person {
  /** For a row that is new. */
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  /** Null where it is not said: what was known before stays. */
  readonly name: string | null;
  readonly email: string | null;
}

export interface RecognisedUser {
  readonly id: string;
  readonly role: string;
  readonly disabledAt: Date | null;
}

// Nothing is written where nothing is new: this runs every few seconds for everybody who is there.
const text = `
  WITH known AS (SELECT id, role, "disabledAt", name, email FROM "User" WHERE issuer = $2 AND subject = $3),
  changed AS (
    INSERT INTO "User" AS stored (id, issuer, subject, name, email) SELECT $1::uuid, $2, $3, $4::text, $5::text
    WHERE NOT EXISTS (SELECT FROM known WHERE COALESCE($4, name) IS NOT DISTINCT FROM name
      AND COALESCE($5, email) IS NOT DISTINCT FROM email)
    ON CONFLICT (issuer, subject) DO UPDATE
      SET name = COALESCE(EXCLUDED.name, stored.name), email = COALESCE(EXCLUDED.email, stored.email)
    RETURNING id, role, "disabledAt")
  SELECT id, role, "disabledAt" FROM changed
  UNION ALL SELECT id, role, "disabledAt" FROM known WHERE NOT EXISTS (SELECT FROM changed)`;

/** Made at first sight; name and email are kept up to date. */
export async function recogniseUser(connection: Connection, person: Person): Promise<RecognisedUser> {
  const { id, issuer, subject, name, email } = person;
  const values = [id, issuer, subject, name, email];
  const result = await connection.query<RecognisedUser>({ name: 'recognise-user', text, values });
  const [user] = result.rows;
  if (user === undefined) throw new Error('A user could neither be found nor made.');
  return user;
}
