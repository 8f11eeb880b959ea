import { createDeadline } from '../network/deadline.ts';
import type { Grace } from '../network/grace.ts';
import { createGrace } from './grace.ts';
import { isLeftRunning } from './leave-running.ts';
import { type PollMilliseconds, poll } from './poll.ts';
import type { AccountReport, ProgressReport, ProviderEvent } from './provider.ts';
import { toStarted } from './provider-error.ts';
import type { WakeUps } from './wake-ups.ts';

/** For a cancel and the look after it. */
const cancelMilliseconds = 5_000;

/** Work that a vendor does on its own, and how it is asked about it. */
export interface Job<Status> {
  readonly id: string;
  /** Asks once how it stands. Throws `ProviderError` where no usable answer came. */
  readonly look: (signal: AbortSignal) => Promise<Status>;
  /** Undefined while it has not begun. */
  readonly toProgress: (status: Status) => ProgressReport | undefined;
  readonly isEnded: (status: Status) => boolean;
  /** Undefined while nothing of it is told. */
  readonly toAccount: (status: Status) => AccountReport | undefined;
  /** What came of it. Throws `ProviderError` where it failed. */
  readonly finish: (status: Status, signal: AbortSignal) => AsyncIterable<ProviderEvent>;
  readonly cancel: (signal: AbortSignal) => Promise<unknown>;
}

export interface Following {
  readonly pollMilliseconds: PollMilliseconds;
  readonly signal: AbortSignal;
  readonly wakeUps: WakeUps | null;
}

/**
 * Follows a job that a vendor has accepted to its end, and has it cancelled when it is left or given up before. One that had ended
 * by then is told all the same. Throws `ProviderError`, and the signal's reason after an abort.
 */
export async function* followJob<Status>(
  job: Job<Status>,
  following: Following,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const { signal } = following;
  using grace = createGrace(signal);
  let isOpen = true;
  try {
    yield { type: 'accepted', providerRequestId: job.id };
    const status = yield* waitForEnd(job, following);
    isOpen = false;
    yield* tellEnd(job, status, grace.signal);
  } catch (error) {
    if (!signal.aborted) throw toStarted(error);
    if (!isOpen || isLeftRunning(signal)) throw signal.reason;
    isOpen = false;
    yield* stopAndTell(job, { signal, grace });
  } finally {
    if (isOpen && !isLeftRunning(signal)) await stop(job);
  }
}

async function* waitForEnd<Status>(
  job: Job<Status>,
  { pollMilliseconds, signal, wakeUps }: Following,
): AsyncGenerator<ProviderEvent, Status, undefined> {
  const isNews = createNewsFilter();
  const looks = poll({ ask: () => job.look(signal), pollMilliseconds, signal, wakeUps });
  for (;;) {
    const { value: status } = await looks.next();
    if (job.isEnded(status)) return status;
    const progress = job.toProgress(status);
    if (progress !== undefined && isNews(progress)) yield progress;
  }
}

async function* tellEnd<Status>(
  { toAccount, finish }: Job<Status>,
  status: Status,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const account = toAccount(status);
  if (account !== undefined) yield account;
  yield* finish(status, signal);
}

/** The job may have ended before its cancel arrived; one that had not may have cost all the same. */
async function* stopAndTell<Status>(
  job: Job<Status>,
  { signal, grace }: { readonly signal: AbortSignal; readonly grace: Grace },
): AsyncGenerator<ProviderEvent, void, undefined> {
  try {
    const status = await stopAndLook(job);
    if (job.isEnded(status)) return yield* tellEnd(job, status, grace.signal);
  } catch {
    // What becomes of a job that was given up is no news.
  }
  throw signal.reason;
}

async function stopAndLook<Status>(job: Job<Status>): Promise<Status> {
  using deadline = createDeadline(cancelMilliseconds);
  await stop(job, deadline.signal);
  return await job.look(deadline.signal);
}

async function stop({ cancel }: Pick<Job<unknown>, 'cancel'>, signal?: AbortSignal): Promise<void> {
  using deadline = createDeadline(cancelMilliseconds, signal);
  try {
    await cancel(deadline.signal);
  } catch {
    // Nobody waits for it any more.
  }
}

/** Lets fractions pass that grow, and first of all the news that the work has begun. */
function createNewsFilter(): (progress: ProgressReport) => boolean {
  let known = Number.NEGATIVE_INFINITY;
  return ({ fraction }) => {
    const told = fraction ?? -1;
    if (told <= known) return false;
    known = told;
    return true;
  };
}
