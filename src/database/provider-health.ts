import type { Connection } from './database.ts';

/** A provider that is to be left alone for a while. */
export interface ProviderTrouble {
  readonly provider: string;
  readonly state: 'CIRCUIT_OPEN' | 'KEY_REFUSED';
  /** For clients, in one sentence. */
  readonly reason: string;
  readonly until: Date;
}

/** Seen by one worker, told to every process. */
export async function reportTrouble(connection: Connection, trouble: ProviderTrouble): Promise<void> {
  const text = `
    INSERT INTO "ProviderHealth" (provider, state, reason, until) VALUES ($1, $2, $3, $4)
    ON CONFLICT (provider) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, until = EXCLUDED.until`;
  const values = [trouble.provider, trouble.state, trouble.reason, trouble.until];
  await connection.query({ name: 'report-trouble', text, values });
}

export async function clearTrouble(connection: Connection, providers: readonly string[]): Promise<void> {
  const text = 'DELETE FROM "ProviderHealth" WHERE provider = ANY($1::text[])';
  await connection.query({ name: 'clear-trouble', text, values: [providers] });
}

export async function findTroubles(connection: Connection, now: Date): Promise<readonly ProviderTrouble[]> {
  const text = 'SELECT provider, state, reason, until FROM "ProviderHealth" WHERE until > $1';
  const result = await connection.query<ProviderTrouble>({ name: 'find-troubles', text, values: [now] });
  return result.rows;
}
