import { type AttemptEnding, type Ending, endGeneration } from '../database/end-generation.ts';
import type { Failure } from '../domain/failure.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { EndedStatus } from '../domain/generation-status.ts';
import { multiplyUsd } from '../domain/money.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { toFailure } from './failure-of.ts';
import type { GenerationRun } from './generation-run.ts';
import { LeaseLost } from './lease-lost.ts';
import { CancelRequested } from './running-generations.ts';

/** The provider is done: a success where at least one picture is stored. */
export async function settleFinished(run: GenerationRun): Promise<void> {
  if (run.journal.current.imagesStored === 0) {
    const message = 'The provider made no picture.';
    return settleFailed(run, new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true }));
  }
  const attempt = { outcome: 'SUCCEEDED', failure: null, costUsd: toCost(run) } as const;
  await end(run, { status: 'SUCCEEDED', failure: null, warnings: warnOfMissing(run), attempt });
}

/** Something threw, a cancel perhaps. Pictures that are stored already make it a success with a warning. */
export async function settleFailed(run: GenerationRun, error: unknown): Promise<void> {
  const failure = toFailure(error, run.journal.current.stage);
  if (error instanceof CancelRequested || run.signal.reason instanceof CancelRequested) {
    return settleCancelled(run, failure);
  }
  if (failure.code === 'INTERNAL')
    run.log.error({ error, generationId: run.generation.id }, 'a run failed unexpectedly');
  const attempt: AttemptEnding = { outcome: 'FAILED', failure, costUsd: toCost(run) };
  if (run.journal.current.imagesStored > 0) {
    const warnings = [...warnOfMissing(run), { option: 'count', message: failure.message }];
    return end(run, { status: 'SUCCEEDED', failure: null, warnings, attempt });
  }
  const failed = await tryEnd(run, { status: 'FAILED', failure, warnings: [], attempt });
  if (!failed) await end(run, { status: 'CANCELLED', failure: null, warnings: [], attempt });
}

/** What a provider throws after it was asked to stop is a failure of its own only where it says so. */
async function settleCancelled(run: GenerationRun, failure: Failure): Promise<void> {
  const costUsd = toCost(run);
  const attempt: AttemptEnding =
    failure.code === 'INTERNAL'
      ? { outcome: 'CANCELLED', failure: null, costUsd }
      : { outcome: 'FAILED', failure, costUsd };
  await end(run, { status: 'CANCELLED', failure: null, warnings: [], attempt });
}

function toCost({ generation, catalogue, journal }: GenerationRun): string | null {
  const price = catalogue.find(generation.modelSlug)?.priceUsd ?? null;
  return multiplyUsd(price, journal.current.imagesStored - generation.storedPositions.length);
}

function warnOfMissing({ generation, journal }: GenerationRun): readonly OptionWarning[] {
  const { count } = generation.options;
  if (journal.current.imagesStored >= count) return [];
  return [{ option: 'count', message: `Only ${journal.current.imagesStored} of ${count} pictures were made.` }];
}

async function end(run: GenerationRun, ending: Ending): Promise<void> {
  if (!(await tryEnd(run, ending))) throw new LeaseLost();
}

async function tryEnd(run: GenerationRun, ending: Ending): Promise<boolean> {
  const { journal } = run;
  const message = ending.failure?.message;
  const entry = { type: ending.status, stage: null, ...(message === undefined ? {} : { message }) };
  const ended = await journal.tryRecord(entry, (connection, step) => endGeneration(connection, step, ending));
  if (ended) logEnd(run, ending);
  return ended;
}

function logEnd({ log, clock, generation, journal }: GenerationRun, { status, failure, attempt }: Ending): void {
  const { id, userId, modelSlug, createdAt, startedAt } = generation;
  const now = clock.now();
  const timings = {
    waitedMilliseconds: startedAt.getTime() - createdAt.getTime(),
    ranMilliseconds: now - startedAt.getTime(),
  };
  const facts = { generationId: id, userId, model: modelSlug, status: status satisfies EndedStatus };
  const outcome = { images: journal.current.imagesStored, failure: failure?.code, costUsd: attempt.costUsd };
  log.info({ ...facts, ...timings, ...outcome }, 'generation ended');
}
