import type { Clock } from '../domain/clock.ts';
import type { Connection } from './database.ts';
import { type AuditEntry, insertAuditEntry } from './insert-audit-entry.ts';

/** Who acts, and from where. */
export type Actor = Pick<AuditEntry, 'userId' | 'credential' | 'apiKeyId' | 'address' | 'requestId'>;

export interface AuditedAction {
  /** For example `generation.create`. */
  readonly action: string;
  /** What it was done to; null for nothing in particular. */
  readonly objectId: string | null;
  /** Neither secrets nor prompts: the entry outlives what it is about. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes down what somebody does. */
export interface Audit {
  /** Over the connection of the transaction that does it. */
  write(connection: Connection, action: AuditedAction): Promise<void>;
  /** For a statement that does it, and writes it down too. */
  toEntry(action: AuditedAction): AuditEntry;
}

interface Dependencies {
  readonly clock: Clock;
  /** A new UUIDv7. */
  readonly createId: () => string;
}

export function createAudit({ clock, createId }: Dependencies, actor: Actor): Audit {
  const toEntry = ({ action, objectId, details = {} }: AuditedAction) => {
    return { id: createId(), at: new Date(clock.now()), ...actor, action, objectId, details };
  };
  return {
    write: (connection, action) => insertAuditEntry(connection, toEntry(action)),
    toEntry,
  };
}
