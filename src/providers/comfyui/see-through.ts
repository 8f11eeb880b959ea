import type { AccountReport, PictureOrder, ProviderEvent } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';
import { cancelJob } from './cancel-job.ts';
import { fetchPictures } from './fetch-pictures.ts';
import { followJob, type Job } from './follow-job.ts';
import type { Ending, MadePictures } from './read-reply.ts';
import { vendor } from './to-failure.ts';

/** From the queue to the pictures. Cancels the job when it is left before it ended. */
export async function* seeThrough(job: Job, order: PictureOrder): AsyncGenerator<ProviderEvent, void, undefined> {
  const { id, engine } = job;
  let ending: Ending | undefined;
  try {
    yield { type: 'accepted', providerRequestId: id };
    ending = yield* followJob(job);
  } finally {
    if (ending === undefined) await cancelJob(engine, id);
  }
  if ('error' in ending) throw ending.error;
  yield toAccount(ending);
  if (ending.files.length === 0) throw createNothing();
  yield* fetchPictures(engine, ending.files, order);
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
