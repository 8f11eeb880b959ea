import type { ClaimedGeneration } from '../database/claim-generation.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import type { GenerationDependencies } from './dependencies.ts';
import type { Journal } from './journal.ts';
import type { OpenCalls } from './open-calls.ts';
import type { RunningGenerations } from './running-generations.ts';
import type { Ticks } from './ticks.ts';

export type RunDependencies = GenerationDependencies & {
  readonly running: RunningGenerations;
  readonly openCalls: OpenCalls;
  readonly ticks: Ticks;
};

/** One run of a generation: everything that its steps need. */
export interface GenerationRun extends RunDependencies {
  readonly generation: ClaimedGeneration;
  readonly leaseToken: string;
  readonly journal: Journal;
  /** Aborts once, with `CancelRequested`, `DeadlinePassed`, or `LeaveRunning` when the process must let go. */
  readonly signal: AbortSignal;
  /** Aborts when the process begins to stop: nothing new is begun, and what another process can go on with is left to it. */
  readonly drain: AbortSignal;
  /** Aborts when the process must let go. */
  readonly stop: AbortSignal;
  /** As if the client had asked for it. */
  readonly cancel: () => void;
  /** Left while the run only waits. */
  readonly slot: WorkerSlot;
  /** The number of the next attempt. */
  readonly nextAttempt: () => number;
  /** Kept with the generation when it ends. */
  readonly warnings: OptionWarning[];
}
