import type { GenerationDependencies } from '../generations/dependencies.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { createSlowReaders, type SlowReaders } from './slow-readers.ts';
import { createSocketLimits, type SocketLimits } from './socket-limits.ts';

/** How much clients may ask for. */
export interface RequestLimits extends AsyncDisposable {
  /** Of one operation, in points. */
  readonly maxCost: number;
  readonly rateLimits: RateLimits;
  readonly refusals: Refusals;
  readonly sockets: SocketLimits;
  readonly slowReaders: SlowReaders;
}

/** Undefined where it is for `whereabouts` to say. */
export interface RequestLimitsOptions {
  /** On a machine of one's own nobody is kept from anything that harms nobody else. */
  readonly whereabouts: 'local' | 'shared';
  readonly maxCost: number;
  readonly viewerPoints: number | undefined;
  readonly apiKeyPoints: number | undefined;
  readonly failures: number;
  readonly socketsPerProcess: number;
  readonly socketsPerViewer: number | undefined;
}

const shared = {
  viewerPoints: 60_000,
  apiKeyPoints: 60_000,
  socketsPerViewer: 100,
  messagesPerTenSeconds: 100,
  subscribesPerSecond: 20,
};
const none = Number.POSITIVE_INFINITY;
const local = {
  viewerPoints: 0,
  apiKeyPoints: 0,
  socketsPerViewer: none,
  messagesPerTenSeconds: none,
  subscribesPerSecond: none,
};
const everywhere = { operationsPerSocket: 50, idleMilliseconds: 5 * 60_000 };
const waiting = { maxBytes: 1024 * 1024, maxMilliseconds: 10_000 };

export function createRequestLimits(
  dependencies: Pick<GenerationDependencies, 'database' | 'clock' | 'createId' | 'log'>,
  { whereabouts, maxCost, ...given }: RequestLimitsOptions,
): RequestLimits {
  const stack = new AsyncDisposableStack();
  const defaults = { ...everywhere, ...{ local, shared }[whereabouts] };
  const { viewerPoints = defaults.viewerPoints, apiKeyPoints = defaults.apiKeyPoints, failures } = given;
  const { socketsPerViewer = defaults.socketsPerViewer, socketsPerProcess } = given;
  const slowReaders = stack.use(createSlowReaders(waiting));
  return {
    maxCost,
    slowReaders,
    rateLimits: stack.use(createRateLimits(dependencies, { viewerPoints, apiKeyPoints, failures })),
    refusals: stack.use(createRefusals(dependencies)),
    sockets: stack.use(createSocketLimits({ ...defaults, socketsPerViewer, socketsPerProcess }, slowReaders)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
