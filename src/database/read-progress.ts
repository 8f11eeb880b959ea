import type { ProgressSnapshot } from '../domain/progress.ts';
import type { Connection } from './database.ts';

export interface ProgressQuestion {
  readonly generationId: string;
  /** Stored events after this one are wanted; undefined for the snapshot as it stands alone. */
  readonly afterSequence?: number | undefined;
}

export interface ProgressAnswer {
  readonly userId: string;
  readonly lastSequence: number;
  /** The stored events asked for, oldest first, each as the snapshot of its moment. */
  readonly events: readonly ProgressSnapshot[];
  /** As it stands: the newest event, or the tick after it. */
  readonly current: ProgressSnapshot;
}

/** An event, with the newest tick beside it. */
interface Row extends Omit<ProgressSnapshot, 'tick' | 'previewNumber'> {
  readonly userId: string;
  readonly lastSequence: number;
  readonly tick: number | null;
  readonly tickAt: Date;
  readonly tickFraction: number | null;
  readonly tickStep: number | null;
  readonly tickTotalSteps: number | null;
  readonly previewNumber: number | null;
}

const asItStands = 2_147_483_647;

// State and events in one statement: read apart, an event could fall between the two. The newest event is always among
// the rows, since it is the snapshot as it stands. The subqueries hide how long the arrays are: PostgreSQL would plan
// each time anew to make use of it, which costs more than the reading.
const text = `
  SELECT g.id AS "generationId", g."userId", g."lastSequence", g."startedAt",
    e.sequence, e.at, e.type, e.message, e.attempt, e.status, e.stage, e.fraction, e.step, e."totalSteps", e."imagesStored",
    t.tick, t.at AS "tickAt", t.fraction AS "tickFraction", t.step AS "tickStep", t."totalSteps" AS "tickTotalSteps",
    t."previewNumber"
  FROM unnest((SELECT $1::uuid[]), (SELECT $2::int[])) AS asked(id, after)
  JOIN "Generation" g ON g.id = asked.id
  JOIN "GenerationEvent" e ON e."generationId" = g.id AND e.sequence > LEAST(asked.after, g."lastSequence" - 1)
  LEFT JOIN "GenerationTick" t ON t."generationId" = g.id AND t.sequence = g."lastSequence"
  ORDER BY g.id, e.sequence`;

/** The progress of many generations at once, by id. Unknown ids are left out. */
export async function readProgress(
  connection: Connection,
  questions: readonly ProgressQuestion[],
): Promise<Map<string, ProgressAnswer>> {
  const ids = questions.map((question) => question.generationId);
  const after = questions.map((question) => question.afterSequence ?? asItStands);
  const result = await connection.query<Row>({ name: 'read-progress', text, values: [ids, after] });
  const rowsById = Map.groupBy(result.rows, (row) => row.generationId);
  const answers = new Map<string, ProgressAnswer>();
  for (const { generationId, afterSequence = asItStands } of questions) {
    const rows = rowsById.get(generationId) ?? [];
    const newest = rows.at(-1);
    if (newest === undefined) continue;
    const { userId, lastSequence } = newest;
    const events = rows.filter((row) => row.sequence > afterSequence).map(toEventSnapshot);
    answers.set(generationId, { userId, lastSequence, events, current: toCurrentSnapshot(newest) });
  }
  return answers;
}

function toEventSnapshot(row: Row): ProgressSnapshot {
  const { generationId, sequence, at, type, message, attempt, status, stage, imagesStored } = row;
  const { fraction, step, totalSteps } = row;
  const startedAt = row.startedAt !== null && row.startedAt <= at ? row.startedAt : null;
  const event = { generationId, sequence, tick: 0, at, type, message, attempt, status, stage, imagesStored, startedAt };
  return { ...event, fraction, step, totalSteps, previewNumber: 0 };
}

function toCurrentSnapshot(row: Row): ProgressSnapshot {
  const event = toEventSnapshot(row);
  if (row.tick === null) return event;
  return {
    ...event,
    tick: row.tick,
    at: row.tickAt,
    stage: 'GENERATING',
    fraction: row.tickFraction,
    step: row.tickStep,
    totalSteps: row.tickTotalSteps,
    previewNumber: row.previewNumber ?? 0,
  };
}
