import type { Failure } from '../domain/failure.ts';
import type { Connection } from './database.ts';

export interface AttemptEnding {
  readonly outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'UNKNOWN';
  readonly failure: Failure | null;
  /** Null while it is not known. */
  readonly costUsd: string | null;
  /** What the provider tells of its own times. */
  readonly delayMilliseconds: number | null;
  readonly executionMilliseconds: number | null;
}

export interface FinishedAttempt extends AttemptEnding {
  readonly generationId: string;
  /** The run's: with another one in the row, nothing is written. */
  readonly leaseToken: string;
  readonly number: number;
  readonly at: Date;
}

const text = `
  UPDATE "Attempt" a SET outcome = $4, failure = $5, "costUsd" = $6, "delayMilliseconds" = $7, "executionMilliseconds" = $8,
    "finishedAt" = $9
  FROM "Generation" g
  WHERE g.id = $1 AND g."leaseToken" = $2 AND a."generationId" = g.id AND a.number = $3 AND a.outcome = 'RUNNING'`;

/** How one call ended. No event: what it means for the generation is told by what follows. */
export async function finishAttempt(connection: Connection, attempt: FinishedAttempt): Promise<void> {
  const values = [
    attempt.generationId,
    attempt.leaseToken,
    attempt.number,
    attempt.outcome,
    attempt.failure === null ? null : JSON.stringify(attempt.failure),
    attempt.costUsd,
    attempt.delayMilliseconds,
    attempt.executionMilliseconds,
    attempt.at,
  ];
  await connection.query({ name: 'finish-attempt', text, values });
}
