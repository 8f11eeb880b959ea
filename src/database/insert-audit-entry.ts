import type { Connection } from './database.ts';

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  /** Null for an operator at the command line, and for the server itself. */
  readonly userId: string | null;
  readonly credential: 'local' | 'api-key' | 'token' | 'session' | 'operator' | 'system' | 'none';
  readonly apiKeyId: string | null;
  /** For example `generation.create`. */
  readonly action: string;
  readonly objectId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  /** Neither secrets nor prompts: the entry outlives what it is about. */
  readonly details: Readonly<Record<string, unknown>>;
}

const columns = 'id, at, "userId", credential, "apiKeyId", action, "objectId", address, "requestId", details';

const text = `
  INSERT INTO "AuditEntry" (${columns})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** In the transaction of what it tells of, so that neither is there without the other. */
export async function insertAuditEntry(connection: Connection, entry: AuditEntry): Promise<void> {
  const { id, at, userId, credential, apiKeyId, action, objectId, address, requestId, details } = entry;
  const values = [id, at, userId, credential, apiKeyId, action, objectId, address, requestId, JSON.stringify(details)];
  await connection.query({ name: 'insert-audit-entry', text, values });
}

/** What belongs to no transaction, many at once. */
export async function insertAuditEntries(connection: Connection, entries: readonly AuditEntry[]): Promise<void> {
  const many = `
    INSERT INTO "AuditEntry" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"AuditEntry", $1::jsonb)`;
  await connection.query({ name: 'insert-audit-entries', text: many, values: [JSON.stringify(entries)] });
}
