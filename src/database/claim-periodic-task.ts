import type { Connection } from './database.ts';

export interface PeriodicTask {
  readonly name: string;
  readonly everyMilliseconds: number;
}

const text = `
  INSERT INTO "PeriodicTask" (name, "startedAt") VALUES ($1, now())
  ON CONFLICT (name) DO UPDATE SET "startedAt" = now()
  WHERE "PeriodicTask"."startedAt" <= now() - make_interval(secs => $2::float8 / 1000)`;

/** True for one of all processes each time that it is due, by the database's clock. */
export async function claimPeriodicTask(
  connection: Connection,
  { name, everyMilliseconds }: PeriodicTask,
): Promise<boolean> {
  const { rowCount } = await connection.query({ name: 'claim-periodic-task', text, values: [name, everyMilliseconds] });
  return rowCount === 1;
}
