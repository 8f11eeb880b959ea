import type { ClaimedGeneration } from '../database/claim-generation.ts';
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
  readonly journal: Journal;
  /** Aborts on a cancel and when the process stops. */
  readonly signal: AbortSignal;
}
