import type pg from 'pg';
import type { Generation } from './generated/client.ts';
import { type AuditEntry, auditColumnCount, toAuditInsert, toAuditValues } from './insert-audit-entry.ts';
import { type QuotaReservation, reservationColumnCount, toReservation, toReservationValues } from './reserve-quota.ts';

export interface NewGeneration {
  readonly row: Generation;
  readonly promptId: string;
  /** Of the prompt with the style in words, where the model is to be told it so; null where the given one is used as it is. */
  readonly styledPromptId: string | null;
}

export interface AcceptanceNotes {
  readonly auditEntry: AuditEntry;
  /** What is still to be counted, the user before the key. */
  readonly reservations: readonly QuotaReservation[];
}

const firstOfAudit = 19;
const firstOfReservations = firstOfAudit + auditColumnCount;

const parts = `
  WITH generation AS (
    INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
      "effectivePrompt", "negativePrompt", request, options, warnings, "createdAt", "deadlineAt", "retryOfId")
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    RETURNING id, status, "lastSequence", "createdAt"
  ), prompt AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "createdAt")
    SELECT $17, id, 0, $8, 'USER', "createdAt" FROM generation
  ), styled AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
    SELECT $18, id, 1, $9, 'ENHANCER', 'style', "createdAt" FROM generation WHERE $18::uuid IS NOT NULL
  ), audited AS (
    ${toAuditInsert(firstOfAudit)}
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
    SELECT id, "lastSequence", "createdAt", 'REQUEST_RECEIVED', status, 0 FROM generation
    RETURNING sequence
  )`;

/** The counters come after the generation, and each after the one before: locks are taken in one order everywhere. */
function toText(reservationCount: number): string {
  const reservations = Array.from({ length: reservationCount }, (_, index) =>
    toReservation({
      name: `counted${index + 1}`,
      source: index === 0 ? 'event' : `counted${index}`,
      firstParameter: firstOfReservations + index * reservationColumnCount,
    }),
  );
  const all = [parts, ...reservations].join(', ');
  return reservationCount === 0
    ? `${all} SELECT FROM event`
    : `${all} SELECT refuse_quota() WHERE NOT EXISTS (SELECT FROM counted${reservationCount})`;
}

const texts = [0, 1, 2].map(toText);

/**
 * A statement that inserts a queued generation with its wordings, its first event and its entry in the audit log, and counts it. Where
 * one of the limits does not allow it, or there is no counter yet, it fails with what `isNotCounted` knows.
 */
export function toGenerationInsert(
  { row, promptId, styledPromptId }: NewGeneration,
  { auditEntry, reservations }: AcceptanceNotes,
): pg.QueryConfig {
  const text = texts[reservations.length];
  if (text === undefined) throw new Error(`A generation counts for a user and a key, not for ${reservations.length}.`);
  const own = [...toValues(row), promptId, styledPromptId, ...toAuditValues(auditEntry)];
  const values = [...own, ...reservations.flatMap(toReservationValues)];
  return { name: `insert-generation-${reservations.length}`, text, values };
}

function toValues(row: Generation): unknown[] {
  return [
    row.id,
    row.userId,
    row.status,
    row.lastSequence,
    row.requestedModel,
    row.modelSlug,
    row.provider,
    row.prompt,
    row.effectivePrompt,
    row.negativePrompt,
    JSON.stringify(row.request),
    JSON.stringify(row.options),
    JSON.stringify(row.warnings),
    row.createdAt,
    row.deadlineAt,
    row.retryOfId,
  ];
}
