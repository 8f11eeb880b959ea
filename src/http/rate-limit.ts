import type { SharedPoints } from '../database/shared-points.ts';
import type { Clock } from '../domain/clock.ts';
import { type Repetition, repeatEvery } from '../generations/repeat-every.ts';
import type { Logger } from '../log.ts';

/** So many points may be spent within a minute, by each one. */
export interface RateLimit extends AsyncDisposable {
  /** Spends them, or answers after how many milliseconds it can be tried again. */
  spend(key: string, points: number): number | undefined;
  /** The same question without spending: undefined while there is anything left. */
  findWait(key: string): number | undefined;
}

export interface RateLimitOptions {
  readonly pointsPerMinute: number;
  readonly shared: SharedPoints;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What one key has spent in its minute. */
interface Account {
  /** By all processes, as it was last seen. */
  settled: number;
  /** On its way to the others. */
  settling: number;
  /** By this process, since. */
  pending: number;
  settledAt: number;
  until: number;
}

const minuteMilliseconds = 60_000;
const settleMilliseconds = 1_000;
/** Less than a hundredth of what a minute has waits for more to come, but no longer than this. */
const leastShare = 0.01;
const longestMilliseconds = 5_000;

/**
 * Decides from memory, so that no request waits for it, and settles with all processes once a second: together they may
 * overspend by what is asked for within that time, or by a hundredth each.
 */
export function createRateLimit({ pointsPerMinute, shared, clock, log }: RateLimitOptions): RateLimit {
  const accounts = new Map<string, Account>();

  const find = (key: string): Account => {
    const known = accounts.get(key);
    const now = clock.now();
    if (known !== undefined && known.until > now) return known;
    const account = { settled: 0, settling: 0, pending: 0, settledAt: now, until: now + minuteMilliseconds };
    accounts.set(key, account);
    return account;
  };

  const isDue = ({ pending, settledAt }: Account) =>
    pending > 0 && (pending >= pointsPerMinute * leastShare || clock.now() - settledAt >= longestMilliseconds);

  const settle = async () => {
    for (const [key, account] of accounts) {
      if (account.until <= clock.now()) accounts.delete(key);
      else if (isDue(account)) await settleOne(shared, key, account, clock);
    }
  };

  // One statement after the other: it must not take the connections that requests wait for.
  const settling: Repetition = repeatEvery(settleMilliseconds, settle, log);
  return {
    spend(key, points) {
      const account = find(key);
      // What costs more than a whole minute has is let in where nothing else was.
      if (used(account) + Math.min(points, pointsPerMinute) > pointsPerMinute) return account.until - clock.now();
      account.pending += points;
      return undefined;
    },
    findWait(key) {
      const account = accounts.get(key);
      if (account === undefined || used(account) < pointsPerMinute) return undefined;
      const milliseconds = account.until - clock.now();
      return milliseconds > 0 ? milliseconds : undefined;
    },
    [Symbol.asyncDispose]: () => settling[Symbol.asyncDispose](),
  };
}

/** Where nobody counts. */
export const unlimited: RateLimit = {
  spend: () => undefined,
  findWait: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

function used({ settled, settling, pending }: Account): number {
  return settled + settling + pending;
}

async function settleOne(shared: SharedPoints, key: string, account: Account, clock: Clock): Promise<void> {
  account.settling = account.pending;
  account.pending = 0;
  const { spent, milliseconds } = await shared.spend(key, account.settling);
  account.settled = spent;
  account.settling = 0;
  account.settledAt = clock.now();
  account.until = account.settledAt + milliseconds;
}
