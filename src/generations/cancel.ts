import type { Audit } from '../database/audit.ts';
import { cancelGenerationRow } from '../database/cancel-generation.ts';
import { readProgress } from '../database/read-progress.ts';
import { NotFound } from '../domain/user-errors.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'announce' | 'clock'>;

export interface OwnGeneration {
  readonly generationId: string;
  readonly userId: string;
  readonly audit: Pick<Audit, 'write'>;
}

/**
 * Asks a generation to stop: a queued one ends at once, a running one when its provider lets go. Changes nothing on one
 * that has ended. Throws `NotFound`.
 */
export async function cancelGeneration(
  { database, announce, clock }: Dependencies,
  { generationId, userId, audit }: OwnGeneration,
): Promise<void> {
  const cancellation = { generationId, userId, at: new Date(clock.now()) };
  const cancelled = await database.transaction(async (connection) => {
    const outcome = await cancelGenerationRow(connection, cancellation);
    if (outcome?.changed) await audit.write(connection, { action: 'generation.cancel', objectId: generationId });
    return outcome;
  });
  if (cancelled === undefined) throw new NotFound('generation');
  if (cancelled.status === 'CANCELLING') announce({ kind: 'cancel', generationId });
  if (!cancelled.changed) return;
  const answers = await readProgress(database.pool, [{ generationId }]);
  const snapshot = answers.get(generationId)?.current;
  if (snapshot !== undefined) announce({ kind: 'progress', snapshot });
}
