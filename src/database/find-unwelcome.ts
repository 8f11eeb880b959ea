import type { Connection } from './database.ts';

export interface LetIn {
  readonly userId: string;
  /** Null for whoever came without a key. */
  readonly apiKeyId: string | null;
}

interface Position {
  readonly position: number;
}

const text = `
  SELECT asked.position::int AS position
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS asked ("userId", "apiKeyId", position)
    LEFT JOIN "User" AS owner ON owner.id = asked."userId"
    LEFT JOIN "ApiKey" AS key ON key.id = asked."apiKeyId"
  WHERE owner.id IS NULL OR owner."disabledAt" IS NOT NULL
    OR (asked."apiKeyId" IS NOT NULL AND (key.id IS NULL OR key."revokedAt" IS NOT NULL OR key."expiresAt" <= $3))`;

/** The indices of those whose user is disabled or gone, or whose key was revoked, has expired or is gone. */
export async function findUnwelcomeRows(
  connection: Connection,
  { letIn, at }: { readonly letIn: readonly LetIn[]; readonly at: Date },
): Promise<ReadonlySet<number>> {
  const values = [letIn.map(({ userId }) => userId), letIn.map(({ apiKeyId }) => apiKeyId), at];
  const result = await connection.query<Position>({ name: 'find-unwelcome', text, values });
  return new Set(result.rows.map(({ position }) => position - 1));
}
