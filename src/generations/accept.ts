import { insertGeneration, type NewGeneration } from '../database/insert-generation.ts';
import { insertInputs, type NewInput } from '../database/insert-inputs.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { claimKey, type Replayable } from './idempotency.ts';

export interface GenerationToAccept {
  readonly generation: NewGeneration;
  readonly inputs: readonly NewInput[];
  /** Null for a request without a key. */
  readonly replayable: Replayable | null;
}

export interface Acceptance {
  readonly generationId: string;
  /** It was accepted before, under the same key. */
  readonly replayed: boolean;
}

type Dependencies = Pick<GenerationDependencies, 'database' | 'queue' | 'announce'>;

/**
 * Stores a generation and queues it, in one transaction; where its key is taken meanwhile, answers that generation instead.
 * Throws `InputImageUnusable` and `IdempotencyConflict`; then nothing is stored, and the key is as free as it was.
 */
export async function acceptGeneration(
  { database, queue, announce }: Dependencies,
  { generation, inputs, replayable }: GenerationToAccept,
): Promise<Acceptance> {
  const { id: generationId, createdAt: at } = generation;
  const replay = await database.transaction(async (connection) => {
    const known = replayable === null ? undefined : await claimKey(connection, { replayable, generationId, at });
    if (known !== undefined) return known;
    await insertGeneration(connection, generation);
    await insertInputs(connection, generationId, inputs);
    await queue.enqueue(connection, [toRunJob(generationId)]);
    return undefined;
  });
  if (replay !== undefined) return { generationId: replay, replayed: true };
  // Nobody can watch it yet: its id is not known to anyone.
  announce({ kind: 'work' });
  return { generationId, replayed: false };
}

export function toRunJob(generationId: string) {
  return { name: 'run-generation', data: { generationId }, key: generationId } as const;
}
