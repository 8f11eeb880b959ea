import type { Connection, Database } from './database.ts';
import type { RecordedStep, Step } from './step-statement.ts';

/** A step whose answer was lost: it may have been written, and its statement may still be running. */
export interface UncertainStep {
  readonly step: Step;
  /** The newest sequence that the run knew before it. */
  readonly afterSequence: number;
  readonly write: (connection: Connection, step: Step) => Promise<RecordedStep | undefined>;
}

// By a statement of its own: it waits for one that is still running, and what looks afterwards sees what that has written.
const lock = 'SELECT FROM "Generation" WHERE id = $1 FOR UPDATE';

const text = `
  SELECT e.sequence, e.status, g."startedAt", g."modelSlug", g."costUsd"
  FROM "GenerationEvent" e JOIN "Generation" g ON g.id = e."generationId"
  WHERE g.id = $1 AND g."leaseToken" = $2 AND e.sequence > $3 AND e.at = $4 AND e.type = $5
    AND e.attempt IS NOT DISTINCT FROM $6`;

/**
 * Writes a step exactly once, however often it was tried: what an earlier try has written is found by its event, and whatever else
 * it writes is in the same statement. Undefined as for the step itself.
 */
export function repeatStep(database: Database, uncertain: UncertainStep): Promise<RecordedStep | undefined> {
  const { step, write } = uncertain;
  return database.transaction(async (connection) => {
    await connection.query({ name: 'lock-step', text: lock, values: [step.generationId] });
    return (await findStep(connection, uncertain)) ?? (await write(connection, step));
  });
}

async function findStep(
  connection: Connection,
  { step, afterSequence }: UncertainStep,
): Promise<RecordedStep | undefined> {
  const { generationId, leaseToken, at, type, attempt } = step;
  const values = [generationId, leaseToken, afterSequence, at, type, attempt];
  const found = await connection.query<RecordedStep>({ name: 'find-step', text, values });
  return found.rows[0];
}
