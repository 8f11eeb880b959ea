import { z } from 'zod';
import type { Connection, Transaction } from '../database/database.ts';
import type { WorkerSlot } from './slots.ts';

/** What can be queued. A payload is a wake-up call: the truth is in our own tables. */
export const jobSchemas = {
  'run-generation': z.object({ generationId: z.uuid() }),
  'remove-blobs': z.object({ names: z.array(z.string()) }),
  'purge-user': z.object({ userId: z.uuid() }),
  'export-data': z.object({ userId: z.uuid(), exportId: z.uuid() }),
} as const;

export type JobName = keyof typeof jobSchemas;
export type JobData<Name extends JobName> = z.infer<(typeof jobSchemas)[Name]>;

export interface Job<Name extends JobName = JobName> {
  readonly name: Name;
  readonly data: JobData<Name>;
  /** Of all living jobs of a name, one at the most has this key. */
  readonly key: string;
  /** Those with a higher one come first, and of equal ones the older. Default: 0. */
  readonly priority?: number;
}

/** What a job is given beside its data. */
export interface JobContext {
  /** Left by a job that only waits. */
  readonly slot: WorkerSlot;
  /** Aborts when the process begins to stop: the job takes up nothing new, and leaves what another process can go on with. */
  readonly drain: AbortSignal;
  /** Aborts when the process must let go, some seconds later. */
  readonly stop: AbortSignal;
  /** Has this done once when the job is done and gone: from then on its key is free. */
  readonly afterwards: (work: () => Promise<void>) => void;
}

export interface WorkOptions<Name extends JobName> {
  readonly name: Name;
  /** How many jobs keep this process busy at a time. */
  readonly concurrency: number;
  /** How many jobs this process holds at a time, those included that have left their slot. Default: `concurrency`. */
  readonly maxHeld?: number;
  /** How often to look without being woken. Default: 500. */
  readonly pollMilliseconds?: number;
  /**
   * Runs one job. The job is done when this resolves, and comes again, later each time, when it rejects. What rejects while
   * the process stops is handed back: another process takes it at once.
   */
  readonly handle: (data: JobData<Name>, context: JobContext) => Promise<void>;
}

export interface JobQueue extends AsyncDisposable {
  /** Part of the caller's transaction. Where a job of this name and key lives already, nothing happens. */
  enqueue(connection: Connection, jobs: readonly Job[]): Promise<void>;
  /** The same, sent with the COMMIT. */
  enqueueAtLast(transaction: Pick<Transaction, 'atLast'>, jobs: readonly Job[]): Promise<void>;
  /** Says that jobs of this name may be waiting. Losing this call costs the time until the next look, never a job. */
  wake(name: JobName): void;
  /** Takes jobs until disposed; then lets those that run end in the time that the process has, and hands back the rest. */
  work<Name extends JobName>(options: WorkOptions<Name>): AsyncDisposable;
}
