import { z } from 'zod';
import type { Connection } from '../database/database.ts';
import type { WorkerSlot } from './slots.ts';

/** What can be queued. A payload is a wake-up call: the truth is in our own tables. */
export const jobSchemas = {
  'run-generation': z.object({ generationId: z.uuid() }),
  'remove-blobs': z.object({ names: z.array(z.string()) }),
} as const;

export type JobName = keyof typeof jobSchemas;
export type JobData<Name extends JobName> = z.infer<(typeof jobSchemas)[Name]>;

export interface Job<Name extends JobName = JobName> {
  readonly name: Name;
  readonly data: JobData<Name>;
  /** Of all living jobs of a name, one at the most has this key. */
  readonly key: string;
}

export interface WorkOptions<Name extends JobName> {
  readonly name: Name;
  /** How many jobs keep this process busy at a time. */
  readonly concurrency: number;
  /** How many jobs this process holds at a time, those included that have left their slot. Default: `concurrency`. */
  readonly maxHeld?: number;
  /**
   * Runs one job. The job is done when this resolves, and comes again, later each time, when it rejects. `signal` aborts
   * when the process stops: what is running is then handed back. A job that only waits leaves its slot meanwhile.
   */
  readonly handle: (data: JobData<Name>, signal: AbortSignal, slot: WorkerSlot) => Promise<void>;
}

export interface JobQueue extends AsyncDisposable {
  /** Part of the caller's transaction. Where a job of this name and key lives already, nothing happens. */
  enqueue(connection: Connection, jobs: readonly Job[]): Promise<void>;
  /** Says that jobs of this name may be waiting. Losing this call costs a second, never a job. */
  wake(name: JobName): void;
  /** Takes jobs until disposed; then hands back what is running. */
  work<Name extends JobName>(options: WorkOptions<Name>): AsyncDisposable;
}
