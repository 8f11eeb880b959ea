import { createDeadline } from '../../network/deadline.ts';
import { createGrace } from '../grace.ts';
import { isLeftRunning } from '../leave-running.ts';
import type { AccountReport, PictureOrder, ProviderEvent } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';
import { cancelJob } from './cancel-job.ts';
import { fetchPictures } from './fetch-pictures.ts';
import { findEnding } from './find-ending.ts';
import { followJob, type Job } from './follow-job.ts';
import type { Ending, MadePictures } from './read-reply.ts';
import { vendor } from './to-failure.ts';

/** For a cancel and the look after it. */
const stopMilliseconds = 5_000;

/**
 * From the queue to the pictures. Cancels the job when it is left or given up before it ended; the pictures of one that had ended
 * by then are told all the same.
 */
export async function* seeThrough(job: Job, order: PictureOrder): AsyncGenerator<ProviderEvent, void, undefined> {
  const { signal } = order;
  using grace = createGrace(signal);
  const ending = yield* followOrStop(job, signal);
  if ('error' in ending) throw ending.error;
  yield toAccount(ending);
  if (ending.files.length === 0) throw createNothing();
  yield* fetchPictures(job.engine, ending.files, { ...order, signal: grace.signal });
}

async function* followOrStop(job: Job, signal: AbortSignal): AsyncGenerator<ProviderEvent, Ending, undefined> {
  const { id, engine } = job;
  let isOpen = true;
  try {
    yield { type: 'accepted', providerRequestId: id };
    const ending = yield* followJob(job);
    isOpen = false;
    return ending;
  } catch (error) {
    if (!signal.aborted || isLeftRunning(signal)) throw error;
    isOpen = false;
    return await stopAndLook(job, signal);
  } finally {
    if (isOpen && !isLeftRunning(signal)) await cancelJob(engine, id);
  }
}

/** The job may have ended before its cancel arrived. Throws the signal's reason where it had made nothing. */
async function stopAndLook({ id, engine }: Job, { reason }: AbortSignal): Promise<Ending> {
  using deadline = createDeadline(stopMilliseconds);
  await cancelJob(engine, id);
  const ending = await findEnding(engine, { id, signal: deadline.signal }).catch(() => undefined);
  if (ending === undefined || 'error' in ending) throw reason;
  return ending;
}

function toAccount({ delayMilliseconds, executionMilliseconds }: MadePictures): AccountReport {
  return {
    type: 'account',
    ...(delayMilliseconds === undefined ? {} : { delayMilliseconds }),
    ...(executionMilliseconds === undefined ? {} : { executionMilliseconds }),
  };
}

function createNothing(): ProviderError {
  const message = `${vendor} kept no picture. Does the workflow end in a SaveImage node?`;
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: false });
}
