import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from './cli-error.ts';
import type { Address } from './post.ts';
import { retryMilliseconds } from './retry-milliseconds.ts';
import type { Progress } from './schema-types.ts';
import { StreamRefused, streamProgress } from './stream-progress.ts';

export interface Following extends Address {
  readonly id: string;
  readonly onProgress: (progress: Progress) => void;
  readonly onConnectionLost: () => void;
  /** Ends it; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** Resolves when the generation has ended. A lost connection is taken up again after the last event that was seen. */
export async function followGeneration({ onProgress, onConnectionLost, ...stream }: Following): Promise<void> {
  const { url, signal } = stream;
  let afterSequence = 0;
  let failures = 0;
  const listen = (progress: Progress) => {
    afterSequence = progress.sequence;
    failures = 0;
    onProgress(progress);
  };
  for (;;) {
    try {
      return await streamProgress({ ...stream, afterSequence, onProgress: listen });
    } catch (cause) {
      if (signal.aborted || cause instanceof StreamRefused) throw cause;
      const milliseconds = retryMilliseconds[failures++];
      if (milliseconds === undefined) {
        throw new CliError(`The server at ${url} is gone. The generation may go on there.`, { cause });
      }
      onConnectionLost();
      await delay(milliseconds, undefined, { signal }).catch(() => undefined);
    }
  }
}
