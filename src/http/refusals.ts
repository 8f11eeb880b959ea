import type { Credentials } from '../accounts/identity.ts';
import { createSparseNotes } from '../accounts/sparse-notes.ts';
import { type AuditEntry, insertAuditEntries } from '../database/insert-audit-entry.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { toNetwork } from './rate-limits.ts';

/** Writes into the audit log that somebody was not let in. */
export interface Refusals extends AsyncDisposable {
  /** Costs nothing: it is written a moment later, for each address once a minute at most. */
  note(refusal: Refusal): void;
}

export interface Refusal {
  readonly address: string;
  readonly requestId: string;
  /** Nothing of them is written down but which kind they were. */
  readonly credentials: Credentials;
}

/** A flood from everywhere fills no table. */
const maxNotes = 1_000;

type Dependencies = Pick<GenerationDependencies, 'database' | 'clock' | 'createId' | 'log'>;

export function createRefusals({ database, clock, createId, log }: Dependencies): Refusals {
  const write = (entries: readonly AuditEntry[]) => insertAuditEntries(database.background, entries);
  const complaint = 'whom the server did not let in was not written down';
  const notes = createSparseNotes({ clock, log, write, complaint, maxNotes });
  return {
    note({ address, requestId, credentials }) {
      const nobody = { userId: null, credential: 'none', apiKeyId: null } as const;
      const details = { shown: toShown(credentials) };
      const entry = { id: createId(), at: new Date(clock.now()), ...nobody, address, requestId, details };
      notes.note(toNetwork(address), { ...entry, action: 'authentication.fail', objectId: null });
    },
    [Symbol.asyncDispose]: () => notes[Symbol.asyncDispose](),
  };
}

function toShown({ authorization, cookie }: Credentials): 'authorization' | 'cookie' | 'nothing' {
  if (authorization !== undefined) return 'authorization';
  return cookie === undefined ? 'nothing' : 'cookie';
}
