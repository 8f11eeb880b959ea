import type { Connection } from '../database/database.ts';
import { type KeyUse, recordKeyUses } from '../database/record-key-uses.ts';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../log.ts';
import { createSparseNotes } from './sparse-notes.ts';

/** Writes down when keys were used last. */
export interface KeyUses extends AsyncDisposable {
  /** Costs nothing: it is written a moment later, with those of other keys, and once a minute at most. */
  note(apiKeyId: string): void;
}

export interface KeyUsesDependencies {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createKeyUses({ connection, clock, log }: KeyUsesDependencies): KeyUses {
  const write = (uses: readonly KeyUse[]) => recordKeyUses(connection, uses);
  const complaint = 'the last use of keys was not written down';
  const notes = createSparseNotes({ clock, log, write, complaint });
  return {
    note: (apiKeyId) => notes.note(apiKeyId, { apiKeyId, at: new Date(clock.now()) }),
    [Symbol.asyncDispose]: () => notes[Symbol.asyncDispose](),
  };
}
