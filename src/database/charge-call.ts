import type { Connection } from './database.ts';

// Locks the user's counter before that of the key.
const subjects = `
  SELECT "subjectId" FROM "QuotaLedger" WHERE id = $1 ORDER BY "subjectId" <> "userId", "subjectId"`;

const text = `
  WITH entry AS (
    UPDATE "QuotaLedger" SET "costUsd" = "costUsd" + $3::numeric WHERE id = $1 AND "subjectId" = $2 RETURNING "subjectId", at
  )
  UPDATE "QuotaCounter" c SET
    "daySpentUsd" = c."daySpentUsd" + CASE WHEN entry.at >= c."dayAt" THEN $3::numeric ELSE 0 END,
    "monthSpentUsd" = c."monthSpentUsd" + CASE WHEN entry.at >= c."monthAt" THEN $3::numeric ELSE 0 END
  FROM entry WHERE c."subjectId" = entry."subjectId"`;

/** What a call that is no generation has cost. `connection` is that of a transaction. */
export async function chargeCall(
  connection: Connection,
  { id, costUsd }: { readonly id: string; readonly costUsd: string },
): Promise<void> {
  const { rows } = await connection.query<{ subjectId: string }>({
    name: 'find-entries',
    text: subjects,
    values: [id],
  });
  for (const { subjectId } of rows) {
    await connection.query({ name: 'charge-call', text, values: [id, subjectId, costUsd] });
  }
}
