import pLimit from 'p-limit';
import type { Claim, ClaimedGeneration } from '../database/claim-generation.ts';
import type { Connection } from '../database/database.ts';
import type { TickPreview } from '../database/record-ticks.ts';
import { repeatStep } from '../database/repeat-step.ts';
import type { RecordedStep, Step } from '../database/step-statement.ts';
import {
  type Advance,
  type EventType,
  type GenerationStage,
  noAdvance,
  type ProgressSnapshot,
} from '../domain/progress.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { JournalUnavailable } from './journal-unavailable.ts';
import { LeaseLost } from './lease-lost.ts';
import { outlast } from './outlast.ts';
import type { Ticks } from './ticks.ts';

/**
 * What one run of a generation writes: stored events, and the ticks between them. While the database is away it waits for some
 * minutes, or until the process stops: what the run holds has been paid.
 */
export interface Journal {
  /** Appends an event by `write`, once, and announces it. False when `write` wrote nothing. Throws `JournalUnavailable`. */
  tryRecord(entry: Entry, write: Write): Promise<boolean>;
  /** The same, but throws `LeaseLost` where nothing was written: this run may write no more. */
  record(entry: Entry, write: Write): Promise<void>;
  /** Writes something beside the log, by a statement that may run again. Throws `JournalUnavailable`. */
  amend(write: (connection: Connection) => Promise<void>): Promise<void>;
  /** Progress between two events. */
  report(advance: Advance): void;
  preview(frame: TickPreview): void;
  /** How it stands, as this run knows it. */
  readonly current: ProgressSnapshot;
}

export interface Entry {
  readonly type: EventType;
  readonly stage: GenerationStage | null;
  readonly message?: string;
  /** The attempt that it belongs to. Default: that of the entry before. */
  readonly attempt?: number;
  /** Answers how far it is from here on, when its turn has come. Default: as far as before. */
  readonly advance?: () => Advance;
  /** Pictures stored by this entry. */
  readonly stores?: number;
}

/** One of the statements of `database/` that append an event. */
export type Write = (connection: Connection, step: Step) => Promise<RecordedStep | undefined>;

export interface ClaimedRun {
  readonly claim: Claim;
  readonly generation: ClaimedGeneration;
  /** Aborts when the process stops. */
  readonly stop: AbortSignal;
}

type Dependencies = Pick<GenerationDependencies, 'database' | 'announce' | 'clock'> & { readonly ticks: Ticks };

export function createJournal({ database, announce, clock, ticks }: Dependencies, claimed: ClaimedRun): Journal {
  const { stop } = claimed;
  const { leaseToken } = claimed.claim;
  let current = toFirstSnapshot(claimed);
  announce({ kind: 'progress', snapshot: current });

  const append = async (entry: Entry, write: Write) => {
    const step = toStep(current, entry, { leaseToken, at: new Date(clock.now()) });
    const uncertain = { step, afterSequence: current.sequence, write };
    const tries = { first: () => write(database.pool, step), again: () => repeatStep(database, uncertain) };
    const recorded = await outlast(tries, stop).catch(giveUp);
    if (recorded === undefined) return false;
    current = afterStep(current, step, recorded);
    announce({ kind: 'progress', snapshot: { ...current, previewNumber: 0 } });
    return true;
  };
  // One after the other: calls of a run go together, and each entry counts on from the one before.
  const oneAtATime = pLimit(1);
  const tryRecord = (entry: Entry, write: Write) => oneAtATime(() => append(entry, write));

  const tick = (advance: Advance, preview: TickPreview | null) => {
    current = afterTick(current, advance, new Date(clock.now()), preview === null ? 0 : 1);
    ticks.report({ tick: { ...current, leaseToken, preview }, snapshot: current });
  };

  return {
    tryRecord,
    async record(entry, write) {
      if (!(await tryRecord(entry, write))) throw new LeaseLost();
    },
    async amend(write) {
      const attempt = () => write(database.pool);
      await outlast({ first: attempt, again: attempt }, stop).catch(giveUp);
    },
    report: (advance) => tick(advance, null),
    preview: (frame) => tick(current, frame),
    get current() {
      return current;
    },
  };
}

function giveUp(cause: unknown): never {
  throw new JournalUnavailable({ cause });
}

function toFirstSnapshot({ claim, generation }: ClaimedRun): ProgressSnapshot {
  return {
    ...noAdvance,
    generationId: generation.id,
    sequence: generation.sequence,
    tick: 0,
    at: claim.at,
    type: 'STARTED',
    message: generation.message,
    attempt: null,
    status: generation.status,
    stage: 'PREPARING_INPUTS',
    imagesStored: generation.storedPositions.length,
    startedAt: generation.startedAt,
    previewNumber: generation.previewNumber,
  };
}

function toStep(current: ProgressSnapshot, entry: Entry, write: { leaseToken: string; at: Date }): Step {
  return {
    ...write,
    generationId: current.generationId,
    type: entry.type,
    message: entry.message ?? null,
    attempt: entry.attempt ?? current.attempt,
    stage: entry.stage,
    advance: entry.advance?.() ?? current,
    imagesStored: current.imagesStored + (entry.stores ?? 0),
  };
}

function afterStep(current: ProgressSnapshot, step: Step, recorded: RecordedStep): ProgressSnapshot {
  const { at, type, message, attempt, stage, advance, imagesStored } = step;
  const { sequence, status, startedAt } = recorded;
  const row = { sequence, status, startedAt };
  const event = { ...current, ...row, tick: 0, at, type, message, attempt, stage, imagesStored };
  return withAdvance(event, advance);
}

function afterTick(current: ProgressSnapshot, advance: Advance, at: Date, frames: number): ProgressSnapshot {
  const { tick, previewNumber } = current;
  const next = { ...current, tick: tick + 1, at, previewNumber: previewNumber + frames, stage: 'GENERATING' } as const;
  return withAdvance(next, advance);
}

function withAdvance(snapshot: ProgressSnapshot, { fraction, step, totalSteps }: Advance): ProgressSnapshot {
  return { ...snapshot, fraction, step, totalSteps };
}
