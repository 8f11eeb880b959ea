import type { OpenAttempt } from '../database/claim-generation.ts';
import { type FinishedAttempt, finishAttempt } from '../database/finish-attempt.ts';
import { multiplyUsd } from '../domain/money.ts';
import type { GenerationRun } from './generation-run.ts';

export interface PictureCounts {
  readonly stored: number;
  readonly asked: number;
}

/** What is stored of it is paid; whether more was, nobody knows. Does nothing where the attempt has ended. */
export async function closeLeftCall(
  run: GenerationRun,
  attempt: Pick<OpenAttempt, 'number' | 'model'>,
  { stored, asked }: PictureCounts,
): Promise<void> {
  const { generation, leaseToken, clock, catalogue, journal } = run;
  const priceUsd = catalogue.find(attempt.model)?.priceUsd ?? null;
  const ending: FinishedAttempt = {
    generationId: generation.id,
    leaseToken,
    number: attempt.number,
    at: new Date(clock.now()),
    outcome: asked > 0 && stored === asked ? 'SUCCEEDED' : 'UNKNOWN',
    failure: null,
    costUsd: stored === 0 ? null : multiplyUsd(priceUsd, stored),
    delayMilliseconds: null,
    executionMilliseconds: null,
  };
  await journal.amend((connection) => finishAttempt(connection, ending));
}

/** A run may fail before it has looked at what earlier runs left open: no call stays open in a generation that ends. */
export async function closeLeftCalls(run: GenerationRun): Promise<void> {
  const { openAttempts, storedPositions } = run.generation;
  for (const attempt of openAttempts) {
    const { positions } = attempt;
    const stored = positions.filter((position) => storedPositions.includes(position)).length;
    if (attempt.outcome === 'RUNNING') await closeLeftCall(run, attempt, { stored, asked: positions.length });
  }
}
