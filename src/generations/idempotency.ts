import { type ClaimedKey, claimIdempotencyKey } from '../database/claim-idempotency-key.ts';
import type { Connection } from '../database/database.ts';
import { findIdempotencyKey } from '../database/find-idempotency-key.ts';
import { IdempotencyConflict, InvalidInput } from '../domain/user-errors.ts';
import type { GenerationDependencies } from './dependencies.ts';

/** A request that may come again under its key. */
export interface Replayable {
  readonly userId: string;
  readonly key: string;
  /** Of all that is compared. */
  readonly inputHash: string;
}

const lifetimeMilliseconds = 24 * 3_600_000;
const maxCharacters = 255;

/** Throws `InvalidInput` unless the key has 1 to 255 characters that can be stored. */
export function checkKey(key: string): void {
  const refuse = (message: string) => {
    throw new InvalidInput([{ path: ['idempotencyKey'], message }]);
  };
  if (key === '' || [...key].length > maxCharacters) refuse(`An idempotency key has 1 to ${maxCharacters} characters.`);
  if (!key.isWellFormed() || key.includes('\0')) refuse('The idempotency key holds what is no character.');
}

/** The generation that the key stands for; undefined where it is free. Throws `IdempotencyConflict`. */
export function findReplay(
  { database, clock }: Pick<GenerationDependencies, 'database' | 'clock'>,
  replayable: Replayable,
): Promise<string | undefined> {
  return readReplay(database.pool, replayable, new Date(clock.now()));
}

export interface KeyClaim {
  readonly replayable: Replayable;
  readonly generationId: string;
  readonly at: Date;
}

/**
 * Makes the key stand for a generation that is being accepted, first of all in its transaction: whoever comes at the same
 * time waits here. Answers the generation of who was quicker, and undefined where nobody was. Throws `IdempotencyConflict`.
 */
export async function claimKey(
  connection: Connection,
  { replayable, generationId, at }: KeyClaim,
): Promise<string | undefined> {
  const expiresAt = new Date(at.getTime() + lifetimeMilliseconds);
  const claim: ClaimedKey = { ...replayable, generationId, at, expiresAt };
  if (await claimIdempotencyKey(connection, claim)) return undefined;
  return readReplay(connection, replayable, at);
}

async function readReplay(
  connection: Connection,
  { userId, key, inputHash }: Replayable,
  at: Date,
): Promise<string | undefined> {
  const known = await findIdempotencyKey(connection, { userId, key, at });
  if (known === undefined) return undefined;
  const { generationId } = known;
  if (generationId === null) throw new IdempotencyConflict('The generation of this idempotency key was deleted.', null);
  if (known.inputHash === inputHash) return generationId;
  throw new IdempotencyConflict('This idempotency key stands for another request.', generationId);
}
