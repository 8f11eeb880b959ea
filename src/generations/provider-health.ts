import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { ImageModel } from '../domain/image-model.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { Trouble, TroubleBoard } from './trouble-board.ts';

/** What keeps a model from being used now. */
export interface Unavailability {
  /** In one sentence, for clients. */
  readonly reason: string;
  readonly retryAfterSeconds: number | null;
}

/** How the providers are doing, as all processes together know it. */
export interface ProviderHealth {
  /** Undefined where nothing keeps the model from being used. */
  findUnavailability(model: ImageModel): Unavailability | undefined;
  /**
   * Runs one call to the provider of a model. After several failures in a row a provider is left alone for a while, and so is one
   * that refused our key: calls then fail at once, in every process.
   */
  guard<Result>(model: ImageModel, call: () => Promise<Result>): Promise<Result>;
}

export interface ProviderHealthDependencies {
  readonly board: TroubleBoard;
  readonly catalogue: Catalogue;
}

const failuresInARow = 5;
const openMilliseconds = 30_000;
const refusedMilliseconds = 5 * 60_000;

export function createProviderHealth({ board, catalogue }: ProviderHealthDependencies): ProviderHealth {
  const breakers = new Map<string, CircuitBreakerPolicy>();
  const breakerOf = (provider: string) => {
    const breaker = breakers.get(provider) ?? createBreaker(board, provider);
    breakers.set(provider, breaker);
    return breaker;
  };
  return {
    findUnavailability(model) {
      const { offReason } = catalogue.providerOf(model);
      if (offReason !== null) return { reason: offReason, retryAfterSeconds: null };
      const trouble = board.find(model.provider);
      return trouble && { reason: trouble.reason, retryAfterSeconds: trouble.secondsLeft };
    },
    async guard({ provider }, call) {
      const trouble = board.find(provider);
      if (trouble !== undefined) throw toError(trouble);
      try {
        return await breakerOf(provider).execute(call);
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw createTrial(provider);
        if (isKeyRefusal(error)) {
          board.report({ provider, state: 'KEY_REFUSED', reason: error.message, milliseconds: refusedMilliseconds });
        }
        throw error;
      }
    },
  };
}

function createBreaker(board: TroubleBoard, provider: string): CircuitBreakerPolicy {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: openMilliseconds,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });
  const reason = `${provider} failed ${failuresInARow} times in a row and is left alone for a while.`;
  breaker.onBreak(() => {
    board.report({ provider, state: 'CIRCUIT_OPEN', reason, milliseconds: openMilliseconds });
  });
  breaker.onReset(() => board.clear(provider));
  return breaker;
}

/** Calls that are cut off say most: each may have been paid for nothing. */
const outages: ReadonlySet<string> = new Set(['PROVIDER_UNAVAILABLE', 'TIMED_OUT', 'OUTCOME_UNKNOWN']);

/** A failure that says something of the provider, not of the request. */
function isOutage(error: unknown): boolean {
  return error instanceof ProviderError && outages.has(error.code);
}

function isKeyRefusal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.code === 'PROVIDER_MISCONFIGURED';
}

function toError({ state, reason, secondsLeft: retryAfterSeconds }: Trouble): ProviderError {
  if (state === 'KEY_REFUSED') {
    return new ProviderError(reason, { code: 'PROVIDER_MISCONFIGURED', retryable: false, unstarted: true });
  }
  const code = 'PROVIDER_UNAVAILABLE';
  return new ProviderError(reason, { code, retryable: true, unstarted: true, retryAfterSeconds });
}

/** While one call of this process tries whether the provider is back. */
function createTrial(provider: string): ProviderError {
  const message = `${provider} is left alone for a while.`;
  return new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: true });
}
