import type { QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';

/**
 * A condition in SQL: that this holds of somebody for whose limits the generation `g` counts, `count` being what they have running
 * and `may` how many may. `defaults` is where the limits stand of users who have none of their own. What counts for nobody costs
 * no look.
 */
export function someLimit(defaults: string, condition: string): string {
  const quota = `CASE WHEN u.id IS NULL THEN k.quota ELSE ${defaults}::jsonb || COALESCE(u.quota, '{}') END`;
  return `((g."countedForUserAt" IS NOT NULL OR g."countedKeyId" IS NOT NULL) AND EXISTS (
    SELECT FROM "QuotaCounter" c
      LEFT JOIN "User" u ON u.id = c."subjectId" LEFT JOIN "ApiKey" k ON k.id = c."subjectId",
      LATERAL (SELECT c.running AS count, (${quota} ->> 'RUNNING')::numeric AS may) AS running
    WHERE c."subjectId" = ANY (ARRAY[CASE WHEN g."countedForUserAt" IS NOT NULL THEN g."userId" END, g."countedKeyId"])
      AND ${condition}
  ))`;
}

const text = `
  SELECT g.id, g."createdAt" FROM "Generation" g
  WHERE g."userId" = $1 AND g.status = 'QUEUED' AND NOT ${someLimit('$2', 'count >= may')}
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
