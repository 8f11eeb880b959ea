import type { Connection } from './database.ts';
import { toPlaces } from './parameters.ts';

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
export const auditColumnCount = 10;

/**
 * A statement, or the part of one, that inserts an entry of which `firstParameter` is the first value: in any case, or for each row
 * of `source`, such as `changed`.
 */
export function toAuditInsert(firstParameter: number, source?: string): string {
  const places = toPlaces(firstParameter, auditColumnCount).join(', ');
  const rows = source === undefined ? `VALUES (${places})` : `SELECT ${places} FROM ${source}`;
  return `INSERT INTO "AuditEntry" (${columns}) ${rows}`;
}

/** Nulls for none. */
export function toAuditValues(entry: AuditEntry | null): unknown[] {
  if (entry === null) return Array(auditColumnCount).fill(null);
  const { id, at, userId, credential, apiKeyId, action, objectId, address, requestId, details } = entry;
  return [id, at, userId, credential, apiKeyId, action, objectId, address, requestId, JSON.stringify(details)];
}

const text = toAuditInsert(1);

/** In the transaction of what it tells of, so that neither is there without the other. */
export async function insertAuditEntry(connection: Connection, entry: AuditEntry): Promise<void> {
  await connection.query({ name: 'insert-audit-entry', text, values: toAuditValues(entry) });
}

/** What belongs to no transaction, many at once. */
export async function insertAuditEntries(connection: Connection, entries: readonly AuditEntry[]): Promise<void> {
  const many = `
    INSERT INTO "AuditEntry" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"AuditEntry", $1::jsonb)`;
  await connection.query({ name: 'insert-audit-entries', text: many, values: [JSON.stringify(entries)] });
}
