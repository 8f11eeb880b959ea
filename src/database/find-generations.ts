import type { Connection } from './database.ts';

export interface UnfinishedGeneration {
  readonly id: string;
  readonly createdAt: Date;
  readonly isQueued: boolean;
  /** How many unfinished ones of its user are older. */
  readonly before: number;
}

/** Generations that have not ended and were accepted before `before`: the oldest of each user first, then the second … */
export async function findUnfinishedGenerations(
  connection: Connection,
  question: { readonly before: Date; readonly limit: number },
): Promise<readonly UnfinishedGeneration[]> {
  const text = `
    SELECT id, "createdAt", status = 'QUEUED' AS "isQueued",
      (row_number() OVER (PARTITION BY "userId" ORDER BY id))::int - 1 AS before
    FROM "Generation" WHERE "finishedAt" IS NULL AND "createdAt" < $1
    ORDER BY before, id LIMIT $2`;
  const query = { name: 'find-unfinished', text, values: [question.before, question.limit] };
  return (await connection.query<UnfinishedGeneration>(query)).rows;
}

/** Which of these generations were asked to stop. */
export async function findCancelling(connection: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const text = `SELECT id FROM "Generation" WHERE id = ANY($1::uuid[]) AND status = 'CANCELLING'`;
  return findIds(connection, { name: 'find-cancelling', text, values: [ids] });
}

/** Which of these generations have events after the sequence that is known of them, or are gone. */
export async function findChanged(
  connection: Connection,
  known: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const text = `
    SELECT known.id FROM unnest($1::uuid[], $2::int[]) AS known(id, sequence)
    LEFT JOIN "Generation" g ON g.id = known.id
    WHERE g.id IS NULL OR g."lastSequence" > known.sequence`;
  return findIds(connection, { name: 'find-changed', text, values: [[...known.keys()], [...known.values()]] });
}

/** How many queued generations were accepted before each of these. */
export async function countQueuedBefore(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const text = `
    SELECT asked.id, (SELECT count(*)::int FROM "Generation" g
      WHERE g."finishedAt" IS NULL AND g.status = 'QUEUED' AND g.id < asked.id) AS position
    FROM unnest($1::uuid[]) AS asked(id)`;
  const query = { name: 'count-queued-before', text, values: [ids] };
  const result = await connection.query<{ id: string; position: number }>(query);
  return new Map(result.rows.map((row) => [row.id, row.position]));
}

/** How many generations wait, counted up to the limit. */
export async function countQueued(connection: Connection, limit: number): Promise<number> {
  const text = `
    SELECT count(*)::int AS n FROM (
      SELECT FROM "Generation" WHERE "finishedAt" IS NULL AND status = 'QUEUED' ORDER BY id LIMIT $1
    ) AS queued`;
  const { rows } = await connection.query<{ n: number }>({ name: 'count-queued', text, values: [limit] });
  return rows[0]?.n ?? 0;
}

async function findIds(
  connection: Connection,
  query: { readonly name: string; readonly text: string; readonly values: readonly unknown[] },
): Promise<readonly string[]> {
  const result = await connection.query<{ id: string }>({ ...query, values: [...query.values] });
  return result.rows.map((row) => row.id);
}
