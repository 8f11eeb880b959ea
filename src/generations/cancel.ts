import type { Audit } from '../database/audit.ts';
import { cancelGenerationRow } from '../database/cancel-generation.ts';
import { readProgress } from '../database/read-progress.ts';
import { NotFound } from '../domain/user-errors.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'announce' | 'clock'>;

export interface ToCancel {
  readonly generationId: string;
  readonly userId: string;
  /** Null where it is part of something else that is written down. */
  readonly audit: Pick<Audit, 'toEntry'> | null;
}

/**
 * Asks a generation to stop: a queued one ends at once, a running one when its provider lets go. Changes nothing on one
 * that has ended. Throws `NotFound`.
 */
export async function cancelGeneration(
  { database, announce, clock }: Dependencies,
  { generationId, userId, audit }: ToCancel,
): Promise<void> {
  const auditEntry = audit?.toEntry({ action: 'generation.cancel', objectId: generationId }) ?? null;
  const cancellation = { generationId, userId, at: new Date(clock.now()), auditEntry };
  const cancelled = await database.transaction((connection) => cancelGenerationRow(connection, cancellation));
  if (cancelled === undefined) throw new NotFound('generation');
  if (cancelled.status === 'CANCELLING') announce({ kind: 'cancel', generationId });
  if (!cancelled.changed) return;
  const answers = await readProgress(database.pool, [{ generationId }]);
  const snapshot = answers.get(generationId)?.current;
  if (snapshot !== undefined) announce({ kind: 'progress', snapshot });
}
