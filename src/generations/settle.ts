import { type Ending, endGeneration } from '../database/end-generation.ts';
import type { RecordedStep } from '../database/step-statement.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { DeadlinePassed } from './deadline-passed.ts';
import { toFailure } from './failure-of.ts';
import type { GenerationRun } from './generation-run.ts';
import { LeaseLost } from './lease-lost.ts';
import { CancelRequested } from './running-generations.ts';

/** The providers are done: a success where at least one picture is stored. */
export async function settleFinished(run: GenerationRun): Promise<void> {
  if (run.journal.current.imagesStored === 0) {
    const message = 'The provider made no picture.';
    return settleFailed(run, new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true }));
  }
  await end(run, { status: 'SUCCEEDED', failure: null, warnings: [...run.warnings, ...warnOfMissing(run)] });
}

/** Something threw, a cancel perhaps. Pictures that are stored already make it a success with a warning. */
export async function settleFailed(run: GenerationRun, reason: unknown): Promise<void> {
  const { warnings, signal } = run;
  const cancelled = { status: 'CANCELLED', failure: null, warnings } as const;
  if (reason instanceof CancelRequested || signal.reason instanceof CancelRequested) {
    // The provider finished first.
    return isComplete(run) ? settleFinished(run) : end(run, cancelled);
  }
  const error = signal.reason instanceof DeadlinePassed ? signal.reason : reason;
  const failure = toFailure(error, run.journal.current.stage);
  if (failure.code === 'INTERNAL')
    run.log.error({ error, generationId: run.generation.id }, 'a run failed unexpectedly');
  if (run.journal.current.imagesStored > 0) {
    const why = [...warnOfMissing(run), { option: 'count', message: failure.message }];
    return end(run, { status: 'SUCCEEDED', failure: null, warnings: [...warnings, ...why] });
  }
  const failed = await tryEnd(run, { status: 'FAILED', failure, warnings });
  if (!failed) await end(run, cancelled);
}

function isComplete({ generation, journal }: GenerationRun): boolean {
  return journal.current.imagesStored >= generation.options.count;
}

function warnOfMissing(run: GenerationRun): readonly OptionWarning[] {
  const { generation, journal } = run;
  const { count } = generation.options;
  if (isComplete(run)) return [];
  return [{ option: 'count', message: `Only ${journal.current.imagesStored} of ${count} pictures were made.` }];
}

async function end(run: GenerationRun, ending: Ending): Promise<void> {
  if (!(await tryEnd(run, ending))) throw new LeaseLost();
}

async function tryEnd(run: GenerationRun, ending: Ending): Promise<boolean> {
  const { journal } = run;
  crashPoint('before-end');
  const message = ending.failure?.message;
  const entry = { type: ending.status, stage: null, ...(message === undefined ? {} : { message }) };
  return journal.tryRecord(entry, async (connection, step) => {
    const recorded = await endGeneration(connection, step, ending);
    if (recorded !== undefined) logEnd(run, ending, recorded);
    return recorded;
  });
}

function logEnd({ log, clock, generation, journal }: GenerationRun, ending: Ending, recorded: RecordedStep): void {
  const { id, userId, createdAt, startedAt } = generation;
  const { status, failure } = ending;
  const { modelSlug: model, costUsd } = recorded;
  const timings = {
    waitedMilliseconds: startedAt.getTime() - createdAt.getTime(),
    ranMilliseconds: clock.now() - startedAt.getTime(),
  };
  const outcome = { status, images: journal.current.imagesStored, failure: failure?.code, costUsd };
  log.info({ generationId: id, userId, model, ...timings, ...outcome }, 'generation ended');
}
