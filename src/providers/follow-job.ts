import { type PollMilliseconds, poll } from './poll.ts';
import type { ProgressReport, ProviderEvent } from './provider.ts';
import { toStarted } from './provider-error.ts';

const cancelMilliseconds = 5_000;

/** Work that a vendor does on its own, and how it is asked about it. */
export interface Job<Status> {
  readonly id: string;
  /** Asks once how it stands. Throws `ProviderError` where no usable answer came. */
  readonly look: () => Promise<Status>;
  /** Undefined while it has not begun. */
  readonly toProgress: (status: Status) => ProgressReport | undefined;
  readonly isEnded: (status: Status) => boolean;
  /** What came of it. Throws `ProviderError` where it failed. */
  readonly finish: (status: Status) => AsyncIterable<ProviderEvent>;
  readonly cancel: (signal: AbortSignal) => Promise<unknown>;
}

export interface Following {
  readonly pollMilliseconds: PollMilliseconds;
  readonly signal: AbortSignal;
}

/**
 * Follows a job that a vendor has accepted to its end, and has it cancelled when it is left or given up before. Throws
 * `ProviderError`, and the signal's reason after an abort.
 */
export async function* followJob<Status>(
  job: Job<Status>,
  { pollMilliseconds, signal }: Following,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const isNews = createNewsFilter();
  let isEnded = false;
  try {
    yield { type: 'accepted', providerRequestId: job.id };
    for await (const status of poll({ ask: job.look, pollMilliseconds, signal })) {
      isEnded = job.isEnded(status);
      if (isEnded) return yield* job.finish(status);
      const progress = job.toProgress(status);
      if (progress !== undefined && isNews(progress)) yield progress;
    }
  } catch (error) {
    throw toStarted(error);
  } finally {
    if (!isEnded) await stop(job);
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

async function stop({ cancel }: Pick<Job<unknown>, 'cancel'>): Promise<void> {
  try {
    await cancel(AbortSignal.timeout(cancelMilliseconds));
  } catch {
    // Nobody waits for it any more.
  }
}
