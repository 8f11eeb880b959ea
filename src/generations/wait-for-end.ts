import { isEnded } from '../domain/generation-status.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { watchGeneration } from './watch.ts';

export interface WaitOptions {
  readonly generationId: string;
  readonly userId: string;
  /** How long at the most. */
  readonly milliseconds: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Resolves when the generation has ended, when the time is over, and when nobody waits any more. */
export async function waitForEnd(
  dependencies: Pick<GenerationDependencies, 'database' | 'hub'>,
  { generationId, userId, milliseconds, signal }: WaitOptions,
): Promise<void> {
  const stream = await watchGeneration(dependencies, { generationId, userId });
  const leave = () => void stream.return?.();
  const timer = setTimeout(leave, milliseconds);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    for await (const { status } of stream) if (isEnded(status)) return;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}
