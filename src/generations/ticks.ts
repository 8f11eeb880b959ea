import type { Connection } from '../database/database.ts';
import { createOutageNews } from '../database/outage-news.ts';
import { recordTicks, type Tick, type TickPreview } from '../database/record-ticks.ts';
import type { Clock } from '../domain/clock.ts';
import type { ProgressSnapshot } from '../domain/progress.ts';
import type { Announce } from '../hints/hint.ts';
import type { Logger } from '../log.ts';

/** At most four a second for each generation: more than an eye follows, and little enough for the table. */
const spacingMilliseconds = 250;

/** A tick and what watchers are told of it. */
export interface TickReport {
  readonly tick: Tick;
  readonly snapshot: ProgressSnapshot;
}

/** Writes the ticks of all runs of this process together, then announces them. */
export interface Ticks extends AsyncDisposable {
  /** Replaces the tick of this generation that was not written yet; a new frame in that one is kept. */
  report(report: TickReport): void;
  /** The run is over: nothing more is written of it. */
  forget(generationId: string): void;
}

export interface TicksOptions {
  readonly connection: Connection;
  readonly announce: Announce;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createTicks(options: TicksOptions): Ticks {
  const { clock, log } = options;
  const pending = createPendingTicks();
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  // One write at a time; what comes meanwhile goes together with the next.
  const schedule = () => {
    const dueAt = pending.dueAt();
    if (writing !== undefined || dueAt === undefined) return;
    clearTimeout(timer);
    const wait = dueAt - clock.now();
    if (wait > 0) timer = setTimeout(schedule, wait);
    else writing = write(options, pending.takeDue(clock.now())).then(pending.keepFrames, warn).finally(writeNext);
  };
  const isNews = createOutageNews();
  const warn = (error: Error) => {
    if (isNews(error)) log.warn({ error: error.message }, 'ticks could not be written');
  };
  const writeNext = () => {
    writing = undefined;
    schedule();
  };

  return {
    report(report) {
      pending.add(report);
      schedule();
    },
    forget: pending.forget,
    async [Symbol.asyncDispose]() {
      pending.clear();
      clearTimeout(timer);
      await writing;
    },
  };
}

/** Answers those that came too late: an event has followed meanwhile. */
async function write(
  { connection, announce }: TicksOptions,
  reports: readonly TickReport[],
): Promise<readonly TickReport[]> {
  const ticks = reports.map((report) => report.tick);
  const written = await recordTicks(connection, ticks);
  for (const { snapshot } of reports) {
    if (written.has(snapshot.generationId)) announce({ kind: 'progress', snapshot });
  }
  return reports.filter(({ tick }) => !written.has(tick.generationId));
}

/** The newest tick of each generation, and when it may be written. */
function createPendingTicks() {
  const pending = new Map<string, TickReport>();
  const takenAt = new Map<string, number>();
  // Of ticks that came too late: the next tick brings them.
  const frames = new Map<string, TickPreview>();
  const dueAtOf = (generationId: string) => (takenAt.get(generationId) ?? 0) + spacingMilliseconds;
  return {
    add(report: TickReport) {
      const { generationId, preview } = report.tick;
      const kept = preview ?? pending.get(generationId)?.tick.preview ?? frames.get(generationId) ?? null;
      frames.delete(generationId);
      pending.set(generationId, { ...report, tick: { ...report.tick, preview: kept } });
    },
    dueAt: () => (pending.size === 0 ? undefined : Math.min(...[...pending.keys()].map(dueAtOf))),
    takeDue(now: number): readonly TickReport[] {
      const due = [...pending].filter(([generationId]) => dueAtOf(generationId) <= now);
      for (const [generationId] of due) {
        pending.delete(generationId);
        takenAt.set(generationId, now);
      }
      return due.map(([, report]) => report);
    },
    keepFrames(late: readonly TickReport[]) {
      for (const { tick } of late) {
        const { generationId, preview } = tick;
        const isForgotten = !takenAt.has(generationId);
        const hasNewer = (pending.get(generationId)?.tick.preview ?? null) !== null;
        if (preview !== null && !isForgotten && !hasNewer) frames.set(generationId, preview);
      }
    },
    forget(generationId: string) {
      frames.delete(generationId);
      pending.delete(generationId);
      takenAt.delete(generationId);
    },
    clear: () => pending.clear(),
  };
}
