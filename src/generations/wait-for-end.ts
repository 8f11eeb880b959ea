import { isEnded } from '../domain/generation-status.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { watchGeneration } from './watch.ts';

export interface WaitOptions {
  readonly generationId: string;
  readonly userId: string;
  /** How long at the most. */
  readonly milliseconds: number;
  /** Any of them aborts when nobody waits any more, or the process stops. */
  readonly signals: readonly AbortSignal[];
}

type Dependencies = Pick<GenerationDependencies, 'database' | 'hub' | 'log'>;

/**
 * Resolves when the generation has ended, when the time is over, when nobody waits any more, and when it cannot be
 * followed: it was accepted all the same.
 */
export async function waitForEnd(dependencies: Dependencies, options: WaitOptions): Promise<void> {
  await follow(dependencies, options).catch((error: Error) => {
    dependencies.log.warn({ error: error.message, generationId: options.generationId }, 'no waiting for the end');
  });
}

async function follow(
  dependencies: Dependencies,
  { generationId, userId, milliseconds, signals }: WaitOptions,
): Promise<void> {
  const stream = await watchGeneration(dependencies, { generationId, mayRead: (ownerId) => ownerId === userId });
  const leave = () => void stream.return?.();
  const timer = setTimeout(leave, milliseconds);
  for (const signal of signals) signal.addEventListener('abort', leave, { once: true });
  if (signals.some(({ aborted }) => aborted)) leave();
  try {
    for await (const { status } of stream) if (isEnded(status)) return;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', leave);
  }
}
