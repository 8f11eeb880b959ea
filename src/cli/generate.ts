import { Cancelled, CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import { followGeneration } from './follow.ts';
import type { GenerateRequest } from './input-images.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { toProgressView } from './progress-view.ts';
import type { Generation } from './schema-types.ts';

export interface GenerateDependencies {
  readonly client: Client;
  readonly display: ProgressDisplay;
  /** Aborts when the generation is to be cancelled. */
  readonly interrupted: AbortSignal;
  /** Aborts when nobody can answer any more. */
  readonly serverStopped: AbortSignal;
}

const cancelMilliseconds = 5_000;
const endings = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** Makes pictures and resolves to the ended generation. Cancels it on the server when it is interrupted. */
export async function generate(
  { client, display, interrupted, serverStopped }: GenerateDependencies,
  request: GenerateRequest,
): Promise<Generation> {
  interrupted.throwIfAborted();
  display.show({ label: 'Sending' });
  // Not to be broken off: what the server has accepted must be known to be cancelled.
  const id = await client.generate(request);
  using cancelling = cancelWhen(interrupted, () => {
    display.show({ label: 'Cancelling' });
    return client.cancel(id);
  });
  await followGeneration({
    url: client.url,
    apiKey: client.apiKey,
    id,
    signal: AbortSignal.any([serverStopped, cancelling.givenUp]),
    onProgress(progress) {
      if (!endings.includes(progress.status)) display.show(toProgressView(progress, request.input.count ?? 1));
    },
    onConnectionLost: () => display.show({ label: 'Reconnecting' }),
  });
  const generation = await client.read(id);
  if (!endings.includes(generation.status))
    throw new CliError('The server no longer tells how the generation goes on.');
  if (interrupted.aborted && generation.status === 'SUCCEEDED') {
    throw new Cancelled('That was too late: the generation had finished. Its pictures stay on the server.');
  }
  return generation;
}

interface Cancelling extends Disposable {
  /** Aborts when the generation has not ended in time after it was cancelled. */
  readonly givenUp: AbortSignal;
}

function cancelWhen(interrupted: AbortSignal, cancel: () => Promise<void>): Cancelling {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(createUnconfirmed()), cancelMilliseconds);
    cancel().catch((cause: Error) => controller.abort(createUnconfirmed(cause)));
  };
  if (interrupted.aborted) begin();
  else interrupted.addEventListener('abort', begin, { once: true });
  return {
    givenUp: controller.signal,
    [Symbol.dispose]() {
      interrupted.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}

function createUnconfirmed(cause?: Error): Cancelled {
  return new Cancelled('The server has not confirmed it: the generation may go on there.', { cause });
}
