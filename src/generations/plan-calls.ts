import type { OpenAttempt } from '../database/claim-generation.ts';
import type { Provider } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { closeLeftCall } from './close-left-calls.ts';
import type { GenerationRun } from './generation-run.ts';

/** How a run gets the pictures that are missing. */
export interface CallPlan {
  /** Calls that a provider is still working on, or has done: they are followed by its id. */
  readonly taken: readonly TakenCall[];
  /** Pictures that nobody asked for yet. */
  readonly positions: readonly number[];
  /** Pictures of calls that were cut off: whether they were made and charged is not known, so that nobody asks again. */
  readonly unknown: readonly number[];
}

export interface TakenCall {
  readonly number: number;
  /** Null where nobody has seen it: the call's webhook may bring it. */
  readonly providerRequestId: string | null;
  readonly startedAt: Date;
  /** All that the call is to make: providers count them. */
  readonly positions: readonly number[];
  /** Those of them that are not stored yet. */
  readonly wanted: readonly number[];
}

/**
 * Looks at the calls that earlier runs left open: one whose pictures are all stored has succeeded, one that its provider can
 * be asked about goes on, and the rest are given up as UNKNOWN.
 */
export async function planCalls(run: GenerationRun, missing: readonly number[]): Promise<CallPlan> {
  const taken: TakenCall[] = [];
  const unknown = new Set<number>();
  for (const attempt of run.generation.openAttempts) {
    const positions = toPositions(attempt, missing);
    const wanted = positions.filter((position) => missing.includes(position));
    const counts = { stored: positions.length - wanted.length, asked: positions.length };
    if (goesOn(run, attempt, wanted)) taken.push(toTaken(attempt, { positions, wanted }));
    else {
      if (attempt.outcome === 'RUNNING') await closeLeftCall(run, attempt, counts);
      if (!mayRepeat(run)) for (const position of positions) unknown.add(position);
    }
  }
  const followed = taken.flatMap(({ positions }) => positions);
  const left = missing.filter((position) => !followed.includes(position));
  return {
    taken,
    positions: left.filter((position) => !unknown.has(position)),
    unknown: left.filter((position) => unknown.has(position)),
  };
}

/** A call whose row does not say is taken to be for all that is missing. */
function toPositions({ kind, positions }: OpenAttempt, missing: readonly number[]): readonly number[] {
  return kind === 'ENHANCE' || positions.length > 0 ? positions : missing;
}

function findProvider({ generation, catalogue }: GenerationRun): Provider | undefined {
  const model = catalogue.find(generation.modelSlug);
  return model === undefined ? undefined : catalogue.providerOf(model);
}

/** Also one whose pictures are all stored, where its provider can tell what it cost. */
function goesOn(run: GenerationRun, attempt: OpenAttempt, wanted: readonly number[]): boolean {
  const { model, outcome, providerRequestId, hasWebhook } = attempt;
  const { modelSlug, status } = run.generation;
  const isCurrent = outcome === 'RUNNING' && model === modelSlug;
  if (!isCurrent || findProvider(run)?.resume === undefined) return false;
  return providerRequestId !== null || (hasWebhook && wanted.length > 0 && status !== 'CANCELLING');
}

function toTaken(attempt: OpenAttempt, pictures: Pick<TakenCall, 'positions' | 'wanted'>): TakenCall {
  const { number, providerRequestId, startedAt } = attempt;
  return { number, providerRequestId, startedAt: new Date(startedAt), ...pictures };
}

function mayRepeat(run: GenerationRun): boolean {
  return findProvider(run)?.repeatable === true;
}

/** Asking again could be paid twice: that is for the caller to decide. */
export function createUnknownOutcome(cause?: unknown): ProviderError {
  const message = 'The call to the provider was cut off. Whether it made and charged pictures is not known.';
  return new ProviderError(message, { code: 'OUTCOME_UNKNOWN', retryable: true, cause });
}
