import type { ClaimedGeneration } from '../database/claim-generation.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import type { GenerationDependencies } from './dependencies.ts';
import type { Journal } from './journal.ts';
import type { RunningGenerations } from './running-generations.ts';
import type { Ticks } from './ticks.ts';

export type RunDependencies = GenerationDependencies & {
  readonly running: RunningGenerations;
  readonly ticks: Ticks;
};

/** One run of a generation: everything that its steps need. */
export interface GenerationRun extends RunDependencies {
  readonly generation: ClaimedGeneration;
  readonly leaseToken: string;
  readonly journal: Journal;
  /** Aborts on a cancel and when the process stops. */
  readonly signal: AbortSignal;
  /** Left while the run only waits. */
  readonly slot: WorkerSlot;
  /** The number of the next attempt. */
  readonly nextAttempt: () => number;
  /** Kept with the generation when it ends. */
  readonly warnings: OptionWarning[];
}
