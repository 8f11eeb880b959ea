import type { Pool } from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

/** What keys have spent in their minute, over all processes. */
export interface SharedPoints {
  /** Counts these too. While the others cannot be reached, counts those of this process. */
  spend(key: string, points: number): Promise<SharedStanding>;
}

export interface SharedStanding {
  readonly spent: number;
  /** Until the minute is over. */
  readonly milliseconds: number;
}

export interface SharedPointsOptions {
  /** Keys of different kinds are kept apart. */
  readonly kind: string;
  readonly pointsPerMinute: number;
}

const seconds = 60;

/** In an unlogged table: what a crash of the database forgets is a minute. */
export function createSharedPoints(pool: Pool, { kind, pointsPerMinute }: SharedPointsOptions): SharedPoints {
  const limit = { keyPrefix: kind, points: pointsPerMinute, duration: seconds };
  const limiter = new RateLimiterPostgres({
    ...limit,
    storeClient: pool,
    storeType: 'pool',
    tableName: 'RateLimit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    // Who is over it is not counted any further.
    inMemoryBlockOnConsumed: pointsPerMinute,
    insuranceLimiter: new RateLimiterMemory(limit),
  });
  return {
    async spend(key, points) {
      const standing = await limiter.consume(key, points).catch(orTooMuch);
      // Blocked in memory, it does not say how much was spent.
      const spent =
        standing.remainingPoints > 0 ? standing.consumedPoints : Math.max(standing.consumedPoints, pointsPerMinute);
      return { spent, milliseconds: standing.msBeforeNext };
    },
  };
}

/** More than there was, which is for the caller to judge. */
function orTooMuch(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}
