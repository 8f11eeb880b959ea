import type { Connection } from './database.ts';

export interface Tick {
  readonly generationId: string;
  readonly leaseToken: string;
  /** Of the event that it follows. */
  readonly sequence: number;
  readonly tick: number;
  readonly at: Date;
  readonly fraction: number | null;
  readonly step: number | null;
  readonly totalSteps: number | null;
  readonly previewNumber: number;
  /** Null where the frame is the one that is stored already. */
  readonly preview: TickPreview | null;
}

export interface TickPreview {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

const text = `
  INSERT INTO "GenerationTick" AS known ("generationId", sequence, tick, at, fraction, step, "totalSteps", "previewNumber",
    "previewBytes", "previewMediaType", "previewWidth", "previewHeight")
  SELECT new.id, new.sequence, new.tick, new.at, new.fraction, new.step, new."totalSteps", new."previewNumber",
    new.bytes, new."mediaType", new.width, new.height
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[], $6::float8[], $7::int[], $8::int[], $9::int[],
    $10::bytea[], $11::text[], $12::int[], $13::int[])
    AS new(id, lease, sequence, tick, at, fraction, step, "totalSteps", "previewNumber", bytes, "mediaType", width, height)
  JOIN "Generation" g ON g.id = new.id AND g."leaseToken" = new.lease AND g."lastSequence" = new.sequence
    AND g.status IN ('RUNNING', 'CANCELLING')
  ON CONFLICT ("generationId") DO UPDATE SET sequence = excluded.sequence, tick = excluded.tick, at = excluded.at,
    fraction = excluded.fraction, step = excluded.step, "totalSteps" = excluded."totalSteps",
    "previewNumber" = excluded."previewNumber",
    "previewBytes" = COALESCE(excluded."previewBytes", known."previewBytes"),
    "previewMediaType" = COALESCE(excluded."previewMediaType", known."previewMediaType"),
    "previewWidth" = COALESCE(excluded."previewWidth", known."previewWidth"),
    "previewHeight" = COALESCE(excluded."previewHeight", known."previewHeight")
  RETURNING "generationId"`;

/**
 * Writes the ticks of many generations at once and answers the ids of those that were written: a tick whose event is no
 * longer the newest, or whose run has lost its lease, is dropped.
 */
export async function recordTicks(connection: Connection, ticks: readonly Tick[]): Promise<ReadonlySet<string>> {
  const values = [
    ticks.map((tick) => tick.generationId),
    ticks.map((tick) => tick.leaseToken),
    ticks.map((tick) => tick.sequence),
    ticks.map((tick) => tick.tick),
    ticks.map((tick) => tick.at),
    ticks.map((tick) => tick.fraction),
    ticks.map((tick) => tick.step),
    ticks.map((tick) => tick.totalSteps),
    ticks.map((tick) => tick.previewNumber),
    ticks.map(({ preview }) => (preview === null ? null : Buffer.from(preview.bytes))),
    ticks.map(({ preview }) => preview?.mediaType ?? null),
    ticks.map(({ preview }) => preview?.width ?? null),
    ticks.map(({ preview }) => preview?.height ?? null),
  ];
  const result = await connection.query<{ generationId: string }>({ name: 'record-ticks', text, values });
  return new Set(result.rows.map((row) => row.generationId));
}
