import type { Darkroom } from '../support/darkroom.ts';

/** How many rows each table has that a request writes into: equal before and after one that was refused. */
export async function countStoredRows({ database }: Darkroom): Promise<Readonly<Record<string, number>>> {
  const { rows } = await database.pool.query(`
    SELECT (SELECT count(*)::int FROM "Generation") AS generations, (SELECT count(*)::int FROM "Prompt") AS prompts,
      (SELECT count(*)::int FROM "GenerationEvent") AS events, (SELECT count(*)::int FROM "Attempt") AS attempts,
      (SELECT count(*)::int FROM "Image") AS images, (SELECT count(*)::int FROM pgboss.job) AS jobs`);
  return rows[0];
}
