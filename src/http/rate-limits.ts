import { GraphQLError } from 'graphql';
import ipaddr from 'ipaddr.js';
import { Unauthenticated } from '../accounts/unauthenticated.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { createSharedPoints } from '../database/shared-points.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { createRateLimit, type RateLimit, unlimited } from './rate-limit.ts';

/** Holds each one who asks to so much a minute, whatever they ask over. */
export interface RateLimits extends AsyncDisposable {
  /** Throws an error for clients when the viewer, or the key that they show, has none left. */
  spend(viewer: Viewer, points: number): void;
  /**
   * Tells who it is, unless too many of this address failed to tell. Throws an error for clients then, and what `authenticate`
   * throws.
   */
  authenticate(address: string, authenticate: () => Promise<Viewer>): Promise<Viewer>;
}

/** Points a minute; 0 for any number. */
export interface RateLimitsOptions {
  readonly viewerPoints: number;
  readonly apiKeyPoints: number;
  /** Attempts that failed, from one address. */
  readonly failures: number;
}

type Dependencies = Pick<GenerationDependencies, 'database' | 'clock' | 'log'>;

export function createRateLimits(dependencies: Dependencies, options: RateLimitsOptions): RateLimits {
  const stack = new AsyncDisposableStack();
  const open = (kind: string, points: number) => stack.use(openRateLimit(dependencies, kind, points));
  const viewers = open('viewer', options.viewerPoints);
  const apiKeys = open('api-key', options.apiKeyPoints);
  const failures = open('failures', options.failures);
  return {
    spend({ id, credential }, points) {
      refuseAfter(viewers.spend(id, points));
      if (credential.kind === 'api-key') refuseAfter(apiKeys.spend(credential.apiKeyId, points));
    },
    async authenticate(address, authenticate) {
      const key = toNetwork(address);
      refuseAfter(failures.findWait(key));
      return authenticate().catch((error: unknown) => {
        if (error instanceof Unauthenticated) failures.spend(key, 1);
        throw error;
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function openRateLimit({ database, clock, log }: Dependencies, kind: string, pointsPerMinute: number): RateLimit {
  if (pointsPerMinute === 0) return unlimited;
  const shared = createSharedPoints(database.pool, { kind, pointsPerMinute });
  return createRateLimit({ pointsPerMinute, shared, clock, log });
}

/** Whoever has one IPv6 address has all of its /64. */
export function toNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}

function refuseAfter(milliseconds: number | undefined): void {
  if (milliseconds === undefined) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const http = { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } };
  const message = `Too much was asked for within a minute. Try again in ${retryAfterSeconds} seconds.`;
  throw new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', retryAfterSeconds, http } });
}
