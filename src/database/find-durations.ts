import type { Connection } from './database.ts';

export interface Durations {
  /** Seconds; null where the model has made nothing yet. */
  readonly p50: number | null;
  readonly p90: number | null;
}

/** How long the last generations of a model took that succeeded, whoever asked for them. */
export async function findDurations(connection: Connection, modelSlug: string): Promise<Durations> {
  const text = `
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50, percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90
    FROM (
      SELECT extract(epoch FROM "finishedAt" - "startedAt")::float8 AS seconds FROM "Generation"
      WHERE "modelSlug" = $1 AND status = 'SUCCEEDED' ORDER BY "finishedAt" DESC LIMIT 200
    ) AS recent`;
  const { rows } = await connection.query<Durations>({ name: 'find-durations', text, values: [modelSlug] });
  return rows[0] ?? { p50: null, p90: null };
}
