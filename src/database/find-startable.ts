import type { QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';

/**
 * A condition in SQL: that this holds of somebody whose limits a generation is under, `count` being what they have running and `may`
 * how many may. `defaults` is where the limits stand of users who have none of their own.
 */
export function someLimit(generationId: string, defaults: string, condition: string): string {
  const quota = `CASE WHEN u.id IS NULL THEN k.quota ELSE ${defaults}::jsonb || COALESCE(u.quota, '{}') END`;
  return `EXISTS (
    SELECT FROM "QuotaLedger" l JOIN "QuotaCounter" c ON c."subjectId" = l."subjectId"
      LEFT JOIN "User" u ON u.id = l."subjectId" LEFT JOIN "ApiKey" k ON k.id = l."subjectId",
      LATERAL (SELECT c.running AS count, (${quota} ->> 'RUNNING')::numeric AS may) AS running
    WHERE l.id = ${generationId} AND ${condition}
  )`;
}

const text = `
  SELECT g.id, g."createdAt" FROM "Generation" g
  WHERE g."userId" = $1 AND g.status = 'QUEUED' AND NOT ${someLimit('g.id', '$2', 'count >= may')}
  ORDER BY g.id LIMIT $3`;

export interface StartableQuestion {
  readonly userId: string;
  readonly defaults: QuotaLimits;
  readonly limit: number;
}

export interface StartableGeneration {
  readonly id: string;
  readonly createdAt: Date;
}

/** The oldest queued generations of a user that no limit keeps from running. */
export async function findStartable(
  connection: Connection,
  { userId, defaults, limit }: StartableQuestion,
): Promise<readonly StartableGeneration[]> {
  const query = { name: 'find-startable', text, values: [userId, JSON.stringify(defaults), limit] };
  return (await connection.query<StartableGeneration>(query)).rows;
}
