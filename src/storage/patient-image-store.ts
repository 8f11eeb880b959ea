import { setTimeout as delay } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import type { Logger } from '../log.ts';
import { startGrace } from '../network/grace.ts';
import type { CallOptions, ImageStore } from './image-store.ts';
import { createStorageAlarm, type StorageAlarm } from './storage-alarm.ts';
import { StorageError } from './storage-error.ts';

interface Dependencies {
  readonly images: ImageStore;
  readonly log: Logger;
  /** Changes to how long it waits. */
  readonly pace?: Partial<Pace>;
}

export interface Pace {
  /** From the first try to the last. */
  readonly patienceMilliseconds: number;
  readonly firstWaitMilliseconds: number;
  readonly longestWaitMilliseconds: number;
  /** On top where somebody has to do something: to mend a key or a clock takes minutes. */
  readonly refusedWaitMilliseconds: number;
  /** What a try has left after nobody waits for it any more. */
  readonly graceMilliseconds: number;
}

const usualPace: Pace = {
  // A restart, a failover and a change of keys take minutes. Beyond that every worker is full of pictures that wait.
  patienceMilliseconds: 10 * 60_000,
  firstWaitMilliseconds: 500,
  longestWaitMilliseconds: 15_000,
  refusedWaitMilliseconds: 10_000,
  graceMilliseconds: 2_000,
};

interface Shared {
  readonly images: ImageStore;
  readonly alarm: StorageAlarm;
  readonly pace: Pace;
}

/**
 * The same store for pictures that were paid: `put`, `read` and `list` try again, longer each time, while the store is away,
 * refuses our key or has lost its container. Everything else is as quick to fail as before.
 */
export function createPatientImageStore({ images, log, pace }: Dependencies): ImageStore {
  const shared = { images, alarm: createStorageAlarm(log), pace: { ...usualPace, ...pace } };
  return {
    ...images,
    put: (image) => beginTrying(shared, image, (signal) => images.put({ ...image, signal })),
    read: (name, options) => beginTrying(shared, options, (signal) => images.read(name, { signal })),
    list: (prefix, options) => beginTrying(shared, options, (signal) => images.list(prefix, { signal })),
  };
}

async function beginTrying<Result>(
  shared: Shared,
  { signal, patience }: CallOptions = {},
  call: (signal: AbortSignal | undefined) => Promise<Result>,
): Promise<Result> {
  // What is under way when nobody waits for it any more may still succeed.
  using grace = patience === undefined ? undefined : startGrace(patience, () => shared.pace.graceMilliseconds);
  const tryUntil = combine(signal, grace?.signal);
  return await keepTrying({ ...shared, signal: combine(signal, patience) }, () => call(tryUntil));
}

interface Waiting extends Shared {
  /** Ends the waiting. */
  readonly signal: AbortSignal | undefined;
}

/**
 * The waiting is our own: cockatiel's does not end early, and a cancel must not wait for the store. Throws the last
 * `StorageError`, and the signal's reason.
 */
async function keepTrying<Result>(waiting: Waiting, call: () => Promise<Result>): Promise<Result> {
  const { pace, signal } = waiting;
  const { firstWaitMilliseconds: initialDelay, longestWaitMilliseconds: maxDelay } = pace;
  const lastTryAt = performance.now() + pace.patienceMilliseconds;
  let backoff = new ExponentialBackoff({ initialDelay, maxDelay }).next();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      waiting.alarm.raise(error);
      signal?.throwIfAborted();
      const milliseconds = backoff.duration + (error.fault === 'REFUSED' ? pace.refusedWaitMilliseconds : 0);
      if (performance.now() + milliseconds > lastTryAt) throw error;
      await pause(milliseconds, signal);
      if (error.fault === 'NO_CONTAINER') await makeContainer(waiting);
      backoff = backoff.next(undefined);
    }
  }
}

function isWorthWaiting(error: unknown): error is StorageError {
  return error instanceof StorageError && ['AWAY', 'REFUSED', 'NO_CONTAINER'].includes(error.fault);
}

/** Where it fails, the next try says why. */
async function makeContainer({ images, signal }: Waiting): Promise<void> {
  await images.prepare({ signal }).catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
  });
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

function combine(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
