import type { Downloader } from '../../network/download.ts';
import type { Job } from '../follow-job.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, ProviderEvent } from '../provider.ts';
import { type JobEndpoint, vendor } from './job-endpoint.ts';
import { findAccount, type JobState } from './job-state.ts';
import { findPictures } from './read-output.ts';
import { readProgress } from './read-progress.ts';
import { readJobState } from './read-reply.ts';
import { type Clean, findBadEnd, toNoPicture } from './to-failure.ts';

export interface JobParts {
  readonly id: string;
  readonly endpoint: JobEndpoint;
  readonly order: PictureOrder;
  readonly downloader: Downloader;
  readonly clean: Clean;
}

/** `RUNNING` stands in RunPod's documentation only (runpod/docs#511). A state that nobody has heard of is waited out. */
const workingStates: readonly string[] = ['IN_PROGRESS', 'RUNNING'];
const endedStates: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'GONE'];

/** A job at RunPod, to be followed. */
export function toJob(parts: JobParts): Job<JobState> {
  const { id, endpoint, clean } = parts;
  return {
    id,
    look: async (signal) => readJobState(await endpoint.look(id, signal), clean),
    toProgress: ({ status, output }) => (workingStates.includes(status) ? readProgress(output) : undefined),
    isEnded: ({ status }) => endedStates.includes(status),
    toAccount: findAccount,
    finish: (state, signal) => finish(state, parts, signal),
    cancel: (signal) => endpoint.cancel(id, signal),
  };
}

async function* finish(
  state: JobState,
  { order, downloader, clean }: JobParts,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const badEnd = findBadEnd(state, clean);
  if (badEnd !== undefined) throw badEnd;
  const pictures = findPictures(state.output);
  if (pictures.length === 0) throw toNoPicture(state, clean);
  for (const [index, { source, seed }] of pictures.entries()) {
    const ordered = order.pictures[index];
    if (ordered === undefined) return;
    const bytes = await readPicture(downloader, { vendor, source, signal });
    yield { type: 'picture', position: ordered.position, bytes, seed: seed ?? ordered.seed };
  }
}
