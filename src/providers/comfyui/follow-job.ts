import type { ProviderEvent } from '../provider.ts';
import type { ProviderError } from '../provider-error.ts';
import type { Engine } from './engine.ts';
import type { JobSocket } from './job-socket.ts';
import type { Lookout } from './lookout.ts';
import type { JobMessage } from './read-message.ts';
import type { Ending } from './read-reply.ts';
import type { ProgressTeller } from './tell-progress.ts';
import { createInterrupted, toExecutionFailure } from './to-failure.ts';

export interface Job {
  readonly id: string;
  readonly engine: Engine;
  readonly socket: JobSocket;
  readonly lookout: Lookout;
  readonly teller: ProgressTeller;
}

/** Tells what is heard of a job until it has ended, and returns how. Throws what the lookout throws, and the signal's reason. */
export async function* followJob(job: Job): AsyncGenerator<ProviderEvent, Ending, undefined> {
  const { socket, lookout } = job;
  for (;;) {
    const error = yield* passOn(job);
    if (error !== undefined) return { error };
    const ending = lookout.remainingMilliseconds() <= 0 ? await lookout.look() : undefined;
    if (ending !== undefined) return ending;
    await socket.wait(Math.max(0, lookout.remainingMilliseconds()));
  }
}

/** Returns why the job failed, where that was heard. */
async function* passOn(job: Job): AsyncGenerator<ProviderEvent, ProviderError | undefined, undefined> {
  const { id, engine, socket, lookout, teller } = job;
  for (const message of socket.take()) {
    if (message.jobId !== undefined && message.jobId !== id) continue;
    const error = findError(message, engine);
    if (error !== undefined) return error;
    // Success is told before the history is written; that no node runs any more is told after it.
    if (message.type === 'ended') lookout.hurry();
    const event = await teller.tell(message);
    if (event !== undefined) yield event;
  }
  return undefined;
}

function findError(message: JobMessage, { clean }: Engine): ProviderError | undefined {
  if (message.type === 'interrupted') return createInterrupted();
  return message.type === 'failed' ? toExecutionFailure(message.error, clean) : undefined;
}
